using System.Runtime.InteropServices;
using PollIO.Pmd.Pci;
using PollIO.Pmd.Uio;
using PollIO.Pmd.Vfio;

namespace PollIO.Pmd.Tests.Vfio;

/// <summary>What a child process does to show how VFIO treats an ordinary user.</summary>
internal static partial class VfioChild
{
    private const int RLIMIT_MEMLOCK = 8;

    /// <summary>Limits the memory that may be locked, for good.</summary>
    internal static bool TryLimitLockedMemory(ulong bytes)
    {
        ulong[] limit = [bytes, bytes];
        return SetLimit(RLIMIT_MEMLOCK, limit) == 0;
    }

    /// <summary>Makes nobody the owner of a device's group node.</summary>
    internal static bool TryGiveToNobody(string address)
    {
        const uint nobody = 65534;
        return PciAddress.TryParse(address, out PciAddress device)
            && PciInventory.Read(SysfsTree.Machine, device)?.Group is { } group
            && ChangeOwner($"/dev/vfio/{group}", nobody, nobody) == 0;
    }

    /// <summary>Opens a device with a megabyte for it to reach, and says what came of it.</summary>
    internal static string Open(string address)
    {
        try
        {
            _ = DmaMemory.Shared.Allocate(new DmaRequest(1 << 20));
            _ = PciAddress.TryParse(address, out PciAddress device);
            using VfioPciDevice opened = VfioPciDevice.Open(SysfsTree.Machine, device);
            return opened.GetBar(0).Read32(E1000eRegister.STATUS) == uint.MaxValue ? "silent" : "opened";
        }
        catch (PollIOException e)
        {
            return e.Message;
        }
    }

    /// <summary>Opens a device, lets it master the bus, and waits to be killed.</summary>
    internal static void Hold(string address, bool throughVfio)
    {
        _ = PciAddress.TryParse(address, out PciAddress device);
        using PciDevice opened = throughVfio ? VfioPciDevice.Open(SysfsTree.Machine, device) : UioPciDevice.Open(SysfsTree.Machine, device);
        opened.SetBusMaster(true);
        Console.WriteLine("holding");
        Thread.Sleep(Timeout.Infinite);
    }

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int SetLimit(int resource, ulong[] limit);

    [LibraryImport("libc", EntryPoint = "chown", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint user, uint group);
}
