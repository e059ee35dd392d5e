using System.Runtime.InteropServices;
using PollIO.Pmd.Pci;
using PollIO.Pmd.Tests.Vfio;

namespace PollIO.Pmd.Tests.Pci;

/// <summary>
/// The files of a function that is bound to uio_pci_generic: a FIFO for the UIO node, whose reader takes four bytes an interrupt, and
/// plain files for configuration space and BAR 0; and a folder for a hugetlbfs.
/// </summary>
internal static partial class FakeUioNode
{
    internal const int BarBytes = 8192;

    /// <summary>Adds them to the tree's NIC.</summary>
    /// <returns>The FIFO's path.</returns>
    internal static string Add(FakePciTree tree)
    {
        byte[] config = new byte[PciSpec.ConfigBytes];
        BitConverter.TryWriteBytes(config.AsSpan(PciSpec.Vendor), (ushort)0x8086);
        BitConverter.TryWriteBytes(config.AsSpan(PciSpec.DeviceId), (ushort)0x10d3);
        BitConverter.TryWriteBytes(config.AsSpan(PciSpec.Command), (ushort)PciSpec.CommandBusMaster);
        File.WriteAllBytes(tree.PathOf(FakePciTree.Nic, "config"), config);
        File.WriteAllBytes(tree.PathOf(FakePciTree.Nic, "resource0"), new byte[BarBytes]);
        File.WriteAllLines(
            tree.PathOf(FakePciTree.Nic, "resource"),
            ["0x00000000fe800000 0x00000000fe801fff 0x0000000000040200", "0x000000000000c000 0x000000000000c01f 0x0000000000040101", "0x00000000fe802800 0x00000000fe802fff 0x0000000000040200"]);
        Directory.CreateDirectory(tree.PathOf(FakePciTree.Nic, "uio/uio3"));
        tree.AddHugetlbfs();
        string node = tree.PathOf("dev/uio3");
        Assert.Equal(0, MakeFifo(node, 0x180));
        return node;
    }

    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeFifo(string path, uint mode);
}
