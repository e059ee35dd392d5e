using System.Globalization;
using PollIO.SideBySide.Processes;

namespace PollIO.SideBySide.Lab;

/// <summary>
/// The kernel's packet generator (Documentation/networking/pktgen.rst) on a virtio-net NIC: 60-byte frames without a break, 32 to a
/// doorbell. It shares the guest's one CPU with the receiver.
/// </summary>
internal sealed class KernelFlood : IAsyncDisposable
{
    private const string Folder = "/proc/net/pktgen";
    private const string Thread = "kpktgend_0";

    private readonly string _device;
    private readonly string _interface;
    private readonly Task _run;

    private KernelFlood(string device, string networkInterface, Task run)
    {
        _device = device;
        _interface = networkInterface;
        _run = run;
    }

    /// <summary>Takes the NIC and starts sending from it.</summary>
    /// <exception cref="PollIOException">The kernel does not do as it is told.</exception>
    internal static async Task<KernelFlood> StartAsync(string device, CancellationToken cancellation)
    {
        ToolRunner.Run("modprobe", "-a", "virtio_net", "pktgen");
        PciBinder.Bind(device, "virtio-pci");
        string networkInterface = await FindInterfaceAsync(device, cancellation);
        ToolRunner.Run("ip", "link", "set", networkInterface, "up");
        Write(Thread, "rem_device_all");
        Write(Thread, $"add_device {networkInterface}");
        foreach (string command in (string[])["count 0", "pkt_size 60", "delay 0", "burst 32", "dst_mac 02:00:00:00:00:02", "src_mac 02:00:00:00:00:01", "dst 192.0.2.2"])
        {
            Write(networkInterface, command);
        }

        // The write returns when sending ends.
        Task run = Task.Factory.StartNew(() => Write("pgctrl", "start"), cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return new KernelFlood(device, networkInterface, run);
    }

    /// <summary>Frames sent so far.</summary>
    internal long Sent
    {
        get
        {
            const string mark = "pkts-sofar:";
            string text = File.ReadAllText($"{Folder}/{_interface}");
            string number = text[(text.IndexOf(mark, StringComparison.Ordinal) + mark.Length)..].TrimStart().Split(' ')[0];
            return long.Parse(number, NumberStyles.None, CultureInfo.InvariantCulture);
        }
    }

    /// <summary>Stops sending and takes the NIC's driver away, so that it is deaf in the contests that follow.</summary>
    public async ValueTask DisposeAsync()
    {
        Write("pgctrl", "stop");
        await _run;
        Write(Thread, "rem_device_all");
        PciBinder.Bind(_device, null);
    }

    private static async Task<string> FindInterfaceAsync(string device, CancellationToken cancellation)
    {
        for (int attempt = 0; attempt < 200; attempt++)
        {
            string? found = Directory.GetDirectories($"/sys/bus/pci/devices/{device}", "virtio*")
                .Select(folder => Path.Combine(folder, "net"))
                .Where(Directory.Exists)
                .SelectMany(Directory.GetDirectories)
                .FirstOrDefault();
            if (found is not null)
            {
                return Path.GetFileName(found);
            }

            await Task.Delay(50, cancellation);
        }

        throw new PollIOException("find interface", device, "the kernel made none within 10 s");
    }

    private static void Write(string file, string command)
    {
        try
        {
            File.WriteAllText($"{Folder}/{file}", command + "\n");
        }
        catch (IOException e)
        {
            throw new PollIOException("drive pktgen", file, $"it does not take '{command}': {e.Message}", innerException: e);
        }
    }
}
