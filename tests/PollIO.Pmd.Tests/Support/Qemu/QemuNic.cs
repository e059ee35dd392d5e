using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using PollIO.Tests.Support;

namespace PollIO.Pmd.Tests.Support.Qemu;

/// <summary>
/// A NIC model of QEMU in a process of its own, without a guest: one PCI function for a driver of ours, a wire on which each
/// datagram is a frame, and a switch for its link.
/// </summary>
internal sealed class QemuNic : IDisposable
{
    internal const string Address = "52:54:00:00:00:77";

    /// <summary>The kernel's interface on the wire, where there is one.</summary>
    internal const string Tap = "tap0";

    private const string Program = "qemu-system-x86_64";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    // Each allocator takes an address window; there are few.
    private static readonly MemfdAllocator s_allocator = new();

    // First, so that a test that is skipped leaves nothing behind.
    private readonly string _folder = CreateFolder();
    private readonly RemoteConnection _connection = new();
    private readonly Process _process;
    private readonly Socket _wire = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly byte[] _frame = new byte[65536];
    private readonly UnixDomainSocketEndPoint _nicEnd;
    private Socket _monitor = null!;

    /// <summary>Starts a model; the test is skipped where there is no QEMU.</summary>
    /// <param name="model">QEMU's name of the device, with options of it: e1000e, e1000.</param>
    /// <param name="kernel">A namespace whose kernel is to be on the wire, as <see cref="Tap"/>, instead of the test.</param>
    /// <param name="queues">The wire's queues, with a kernel.</param>
    internal QemuNic(string model, NetworkNamespace? kernel = null, int queues = 1)
    {
        _nicEnd = new UnixDomainSocketEndPoint(Path.Combine(_folder, "nic"));
        _wire.ReceiveBufferSize = _wire.SendBufferSize = 4 << 20;
        _wire.Bind(new UnixDomainSocketEndPoint(Path.Combine(_folder, "wire")));
        _wire.ReceiveTimeout = _wire.SendTimeout = (int)s_patience.TotalMilliseconds;
        string[] arguments =
        [
            "-machine", "x-remote", "-nodefaults", "-display", "none", "-serial", "none",
            "-monitor", $"unix:{_folder}/monitor,server=on,wait=off",
            "-netdev", kernel == null
                ? $"dgram,id=wire,local.type=unix,local.path={_folder}/nic,remote.type=unix,remote.path={_folder}/wire"
                : $"tap,id=wire,ifname={Tap},queues={queues},script=no,downscript=no,vhost=off",
            "-device", $"{model},id=nic,netdev=wire,mac={Address}",
            "-object", $"x-remote-object,id=remote,devid=nic,fd={_connection.QemuEnd}",
        ];
        // Where the interface is made, "ip" becomes the model: it is the same process.
        _process = kernel == null
            ? Process.Start(new ProcessStartInfo(Program, arguments))!
            : Process.Start(new ProcessStartInfo("ip", ["netns", "exec", kernel.Name, Program, .. arguments]))!;
        _connection.CloseQemuEnd();
        Memory = new DmaMemory(s_allocator);
        try
        {
            ConnectMonitor();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>What the device reaches; pools and rings come from it.</summary>
    internal DmaMemory Memory { get; }

    /// <summary>Gives the function to a driver; the last holder must be done with it.</summary>
    internal RemotePciDevice Open() => new(_connection, Memory);

    /// <summary>Sends a frame to the NIC.</summary>
    internal void SendToNic(ReadOnlySpan<byte> frame) => _wire.SendTo(frame, SocketFlags.None, _nicEnd);

    /// <summary>The next frame the NIC sent; waits for it.</summary>
    internal byte[] ReceiveFromNic() => _frame[.._wire.Receive(_frame)];

    /// <summary>Whether a frame waits on the wire.</summary>
    internal bool HasFrame => _wire.Available > 0;

    /// <summary>Plugs the cable, or pulls it.</summary>
    internal void SetLink(bool up) => Command($"set_link nic {(up ? "on" : "off")}");

    /// <summary>Ends the model, as a device that vanishes.</summary>
    internal void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        _monitor?.Dispose();
        _wire.Dispose();
        if (!_process.HasExited)
        {
            Kill();
        }

        _process.Dispose();
        _connection.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static string CreateFolder()
    {
        ToolRunner.Require("qemu-system-x86", Program);
        return Directory.CreateTempSubdirectory("pollio-nic").FullName;
    }

    private void Command(string command)
    {
        _monitor.Send(Encoding.ASCII.GetBytes(command + "\n"));
        WaitForPrompt();
    }

    /// <summary>
    /// QEMU serves the device before it has reset its machine for the first time, and forgets then what it was told. It prompts later.
    /// </summary>
    private void ConnectMonitor()
    {
        var end = new UnixDomainSocketEndPoint(Path.Combine(_folder, "monitor"));
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            _monitor = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = (int)s_patience.TotalMilliseconds };
            try
            {
                _monitor.Connect(end);
                break;
            }
            catch (SocketException) when (!_process.HasExited && Stopwatch.GetElapsedTime(start) < s_patience)
            {
                _monitor.Dispose();
                Thread.Sleep(1);
            }
        }

        WaitForPrompt();
    }

    private void WaitForPrompt()
    {
        var said = new StringBuilder();
        while (!said.ToString().EndsWith("(qemu) ", StringComparison.Ordinal))
        {
            int length = _monitor.Receive(_frame);
            Assert.True(length > 0, $"the monitor has gone after: {said}");
            said.Append(Encoding.ASCII.GetString(_frame, 0, length));
        }
    }
}
