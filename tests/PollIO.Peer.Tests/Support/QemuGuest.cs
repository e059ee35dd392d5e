using System.Diagnostics;
using System.Text;
using PollIO.Tests.Support;

namespace PollIO.Peer.Tests.Support;

/// <summary>
/// A Linux guest under QEMU's software emulation. Its one NIC is a vhost-user socket, its memory, in several regions, is shared with
/// whoever serves that, and its files are this machine's, read-only with a writable layer over them.
/// </summary>
internal sealed partial class QemuGuest : IAsyncDisposable
{
    internal const string Mac = "02:00:00:57:00:01";

    private const string Ready = "@ready";
    private const string Exit = "@exit ";

    // Boots take four seconds, and many times that when everything else runs too.
    private static readonly TimeSpan s_bootPatience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly StringBuilder _log = new();

    private QemuGuest(Process process)
    {
        _process = process;
        process.ErrorDataReceived += (_, line) => Remember(line.Data);
    }

    /// <summary>Skips the test without QEMU or a kernel to boot.</summary>
    internal static void Require()
    {
        ToolRunner.Require("qemu-system-x86 busybox-static cpio kmod xz-utils", "qemu-system-x86_64", "busybox", "cpio", "modprobe", "xz");
        Assert.SkipUnless(Directory.EnumerateFiles("/boot", "vmlinuz-*").Any(), "no kernel to boot: apt-get install linux-image-amd64");
    }

    /// <summary>Boots one, and waits until it takes commands.</summary>
    /// <param name="folder">For its files.</param>
    /// <param name="socket">The vhost-user socket.</param>
    /// <param name="listens">Whether QEMU listens there, and waits; otherwise it connects, and does so again when the connection ends.</param>
    /// <param name="queues">Queue pairs.</param>
    /// <param name="packed">Whether the NIC has packed rings.</param>
    internal static async Task<QemuGuest> BootAsync(TemporaryFolder folder, string socket, bool listens = false, int queues = 1, bool packed = false)
    {
        string[] image = await ImageAsync("init");
        string share = Directory.CreateDirectory(folder.PathOf("share")).FullName;
        File.Copy(AppPaths.InLab("console.sh"), Path.Combine(share, "guest.sh"), overwrite: true);
        QemuGuest guest = Start(
            [.. Machine(image, low: 512, high: 256, folder.PathOf("console.log")),
            "-fsdev", "local,id=root,path=/,security_model=none,readonly=on,multidevs=remap", "-device", "virtio-9p-pci,fsdev=root,mount_tag=root",
            "-fsdev", $"local,id=share,path={share},security_model=none", "-device", "virtio-9p-pci,fsdev=share,mount_tag=share",
            .. Nic(socket, listens, queues, packed)]);
        return await guest.BootedAsync();
    }

    /// <summary>Runs a shell command in the guest; it must succeed.</summary>
    internal async Task<string> RunAsync(string command)
    {
        await WriteAsync(command);
        (string output, string end) = await ReadUntilAsync(Exit, s_patience);
        Assert.True(end == Exit + "0", $"'{command}' ended with {end}: {output}");
        return output;
    }

    /// <summary>Brings the NIC up.</summary>
    internal Task<string> SetUpAsync(string address) => RunAsync($"ip addr add {address}/24 dev eth0 && ip link set eth0 up");

    /// <summary>Pings from the guest's kernel, whose clock may run ahead of ours; a reply counts however late it comes.</summary>
    internal async Task<PingResult> PingAsync(string address, int count) =>
        Ping.Parse(await RunAsync($"ping -n -c {count} -i 0.002 -w 60 {address} || true"), count);

    /// <summary>Resets the machine, as its reset button would, and waits until it takes commands again.</summary>
    internal async Task ResetAsync()
    {
        await WriteAsync("echo b > /proc/sysrq-trigger");
        await ReadUntilAsync(Ready, s_bootPatience);
    }

    /// <summary>Ends QEMU with SIGKILL.</summary>
    internal async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    private static async Task<string[]> ImageAsync(string first)
    {
        string image = await ToolRunner.RunSuccessfullyAsync(AppPaths.InLab("image.sh"), AppPaths.InLab("bin"), first);
        return image.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static string[] Machine(string[] image, int low, int high, string console, int cpus = 1) =>
    [
        "-machine", "q35", "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", $"{cpus}", "-m", $"{low + high}M",
        "-object", $"memory-backend-memfd,id=low,size={low}M,share=on", "-numa", "node,nodeid=0,memdev=low",
        "-object", $"memory-backend-memfd,id=high,size={high}M,share=on", "-numa", "node,nodeid=1,memdev=high",
        "-nodefaults", "-no-user-config", "-display", "none", "-serial", $"file:{console}", "-serial", "stdio",
        "-kernel", image[0], "-initrd", image[1],
        "-append", "console=ttyS0 quiet panic=-1 mitigations=off clocksource=tsc tsc=reliable no_timer_check random.trust_cpu=on nowatchdog audit=0 apparmor=0 net.ifnames=0",
    ];

    // Without vectors: the MSI-X of a vhost device takes some versions of QEMU down where there is no KVM.
    private static string[] Nic(string socket, bool listens, int queues, bool packed) =>
    [
        "-chardev", $"socket,id=wire,path={socket},{(listens ? "server=on" : "reconnect=1")}",
        "-netdev", $"vhost-user,id=nic,chardev=wire,queues={queues}",
        "-device", $"virtio-net-pci,netdev=nic,mac={Mac},vectors=0,mq={(queues > 1 ? "on" : "off")},packed={(packed ? "on" : "off")}",
    ];

    private static QemuGuest Start(string[] arguments)
    {
        var start = new ProcessStartInfo("qemu-system-x86_64", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        var guest = new QemuGuest(Process.Start(start)!);
        guest._process.BeginErrorReadLine();
        return guest;
    }

    private async Task<QemuGuest> BootedAsync()
    {
        try
        {
            await ReadUntilAsync(Ready, s_bootPatience);
            return this;
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    private async Task WriteAsync(string command)
    {
        await _process.StandardInput.WriteLineAsync(command);
        await _process.StandardInput.FlushAsync();
    }

    /// <returns>The lines before the one that begins with <paramref name="start"/>, and that one.</returns>
    private async Task<(string Before, string Line)> ReadUntilAsync(string start, TimeSpan limit)
    {
        using var patience = new CancellationTokenSource(limit);
        var before = new StringBuilder();
        while (true)
        {
            string? line = null;
            try
            {
                line = await _process.StandardOutput.ReadLineAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                Remember("(nothing more came in time)");
            }

            if (line is null)
            {
                Assert.Fail($"the guest said no '{start}': {Log}");
            }

            Remember(line);
            if (line.StartsWith(start, StringComparison.Ordinal))
            {
                return (before.ToString(), line);
            }

            before.AppendLine(line);
        }
    }

    private string Log
    {
        get
        {
            lock (_log)
            {
                return _log.ToString();
            }
        }
    }

    private void Remember(string? line)
    {
        lock (_log)
        {
            _log.AppendLine(line);
        }
    }
}
