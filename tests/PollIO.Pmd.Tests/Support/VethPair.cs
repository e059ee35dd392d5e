using System.Globalization;

namespace PollIO.Pmd.Tests.Support;

/// <summary>
/// A wire between this machine and a namespace, with veth's default offloads: <see cref="Outer"/> is for a port,
/// <see cref="Inner"/> for the kernel that is its peer. Gone with the test.
/// </summary>
internal sealed class VethPair : IDisposable
{
    private static int s_count;

    /// <summary>Makes the pair, up on both sides, without addresses.</summary>
    internal VethPair(NetworkNamespace peer, int mtu = 1500)
    {
        Peer = peer;

        // At most 15 characters, and no other test process's.
        string name = string.Create(CultureInfo.InvariantCulture, $"pio{Environment.ProcessId:x}x{Interlocked.Increment(ref s_count):x}");
        Outer = name + "o";
        Inner = name + "i";
        NetworkNamespace.Ip($"link add {Outer} mtu {mtu} type veth peer name {Inner} mtu {mtu} netns {peer.Name}");
        try
        {
            File.WriteAllText($"/proc/sys/net/ipv6/conf/{Outer}/disable_ipv6", "1");
            IpInside($"link set {Inner} up");
            NetworkNamespace.Ip($"link set {Outer} up");
            WaitForCarrier();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The name of the end on this machine.</summary>
    internal string Outer { get; }

    /// <summary>The name of the end in the namespace.</summary>
    internal string Inner { get; }

    internal NetworkNamespace Peer { get; }

    /// <summary>Gives the inner end addresses, at once usable: 10.99.0.<paramref name="host"/>/24 and 2001:db8::<paramref name="host"/>/64.</summary>
    internal void AddAddresses(int host) => AddAddresses(Inner, $"10.99.0.{host}", $"2001:db8::{host}");

    /// <summary>The same for any interface of the namespace.</summary>
    internal void AddAddresses(string name, string ipv4, string ipv6)
    {
        Peer.ExecuteInside("sysctl", "-qw", $"net.ipv6.conf.{name.Replace('.', '/')}.disable_ipv6=0");
        IpInside($"addr add {ipv4}/24 dev {name}");
        IpInside($"addr add {ipv6}/64 dev {name} nodad");
    }

    /// <summary>Runs <c>ip</c> in the namespace.</summary>
    internal void IpInside(string commandLine) => NetworkNamespace.Ip($"-n {Peer.Name} {commandLine}");

    /// <summary>One of the kernel's counters of the outer end, for example "rx_packets".</summary>
    internal long Counter(string name) => ReadNumber($"statistics/{name}");

    /// <summary>Takes the pair away; it may be gone already.</summary>
    public void Dispose()
    {
        if (Directory.Exists($"/sys/class/net/{Outer}"))
        {
            NetworkNamespace.Ip($"link del {Outer}");
        }
    }

    private void WaitForCarrier()
    {
        for (int i = 0; i < 1000 && File.ReadAllText($"/sys/class/net/{Outer}/operstate").Trim() != "up"; i++)
        {
            Thread.Sleep(1);
        }
    }

    private long ReadNumber(string file) => long.Parse(File.ReadAllText($"/sys/class/net/{Outer}/{file}"), CultureInfo.InvariantCulture);
}
