using PollIO.Pmd.Hugepages;
using PollIO.Pmd.Pci;
using PollIO.Pmd.Tests.Vfio;
using PollIO.Pmd.Uio;

namespace PollIO.Pmd.Tests.Uio;

/// <summary>What a child process does with a function of a made-up tree and hugepages of the machine.</summary>
internal static class UioChild
{
    /// <summary>2 MiB pages it takes.</summary>
    internal const int Pages = 2;

    /// <summary>Opens the function, takes pages and waits to be killed.</summary>
    internal static void Hold(string root)
    {
        using UioPciDevice device = Open(root);
        Console.WriteLine("holding");
        Thread.Sleep(Timeout.Infinite);
    }

    /// <summary>Opens the function, takes pages, says what files there are, closes the function and keeps the pages to its end.</summary>
    internal static void Leave(string root)
    {
        using UioPciDevice device = Open(root);
        string folder = Directory.GetDirectories(Path.Combine(root, "dev/hugepages")).Single();
        Console.WriteLine(string.Join(' ', Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal)));
    }

    /// <summary>Opens the function, takes pages, and ends without closing it.</summary>
    internal static void Abandon(string root) => GC.KeepAlive(Open(root));

    private static UioPciDevice Open(string root)
    {
        UioPciDevice device = UioPciDevice.Open(new SysfsTree(root), FakePciTree.Nic);
        _ = DmaMemory.Shared.Allocate(new DmaRequest((nuint)(Pages * HugepageAllocator.TwoMegabytes)), new HugepageAllocator());
        device.SetBusMaster(true);
        return device;
    }
}
