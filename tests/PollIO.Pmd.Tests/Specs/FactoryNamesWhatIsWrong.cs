namespace PollIO.Pmd.Tests.Specs;

public sealed class FactoryNamesWhatIsWrong
{
    [Fact]
    public void DriversThereAreAreListed() => Assert.Superset(new HashSet<string> { "null", "ring", "pcap", "af_packet", "uio", "vfio" }, PortFactory.Drivers.ToHashSet());

    [Theory]
    [InlineData("nope:", "there is no driver 'nope'", "null, ")]
    [InlineData("Null:", "there is no driver 'Null'", "null, ")]
    [InlineData("memif:/run/x", "driver 'memif' is not built yet", "null, ")]
    [InlineData("af_xdp:eth0", "driver 'af_xdp' is not built yet", "null, ")]
    [InlineData("vfio:", "the address is missing", "0000:03:00.0")]
    [InlineData("vfio:eth0", "'eth0' is no PCI address", "lspci -D")]
    [InlineData("vfio:ffff:ff:1f.7", "there is no such PCI device", "network device")]
    [InlineData("uio:ffff:ff:1f.7", "there is no such PCI device", "network device")]
    [InlineData("vfio:0000:03:00.0?rxd=2", "rxd=2", "from 8 to 65536")]
    [InlineData("vfio:0000:03:00.0?queues=0", "queues=0", "from 1 to 256")]
    [InlineData("uio:0000:03:00.0?size=1", "driver 'uio' has no key 'size'", "it takes queues, rxd, txd")]
    [InlineData("null:eth0", "'null:' takes no address", "'eth0'")]
    [InlineData("ring:", "the address is missing", "a name of letters and digits")]
    [InlineData("af_packet:", "the address is missing", "a kernel interface")]
    [InlineData("null:?colour=red", "driver 'null' has no key 'colour'", "it takes size")]
    [InlineData("ring:x?packed=on", "driver 'ring' has no key 'packed'", "it takes size")]
    [InlineData("af_packet:lo?size=1", "driver 'af_packet' has no key 'size'", "it takes version, blocks")]
    [InlineData("null:?size=13", "size=13", "from 14 to 65000")]
    [InlineData("null:?size=big", "size=big", "from 14 to 65000")]
    [InlineData("ring:x?size=1", "size=1", "from 2 to 32768")]
    [InlineData("ring:x?size=1000", "size=1000", "a power of two")]
    [InlineData("ring:a/b", "'a/b' is no wire name", "letters, digits")]
    [InlineData("vhost:", "the address is missing", "the path of a vhost-user socket")]
    [InlineData("vhost:/nonexistent/s", "there is no folder /nonexistent", "mkdir -p")]
    [InlineData("virtio-user:/tmp/s?size=100", "size=100", "a power of two")]
    [InlineData("virtio-user:/tmp/s?packed=maybe", "packed=maybe", "'on' or 'off'")]
    [InlineData("virtio-user:/tmp/s?loop=on", "has no key 'loop'", "queues, size, packed, in-order, mrg, server")]
    [InlineData("ring:a b", "'a b' is no wire name", "letters, digits")]
    [InlineData("af_packet:no-such-if0", "no-such-if0", "ip link")]
    [InlineData("pcap:/nonexistent/in.pcap", "/nonexistent/in.pcap", "No such file or directory")]
    public void PartAndWhatIsAccepted(string spec, string part, string accepted)
    {
        var error = Assert.Throws<PollIOException>(() => PortFactory.Open(spec));

        Assert.Contains(part, error.Message, StringComparison.Ordinal);
        Assert.Contains(accepted, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void RefusedSpecsLeaveNoPortBehind()
    {
        int before = Port.OpenPorts.Count(port => port.Name.Contains("left-behind", StringComparison.Ordinal));

        Assert.Throws<PollIOException>(() => PortFactory.Open("ring:left-behind?size=3"));
        Assert.Throws<PollIOException>(() => PortFactory.Open("pcap:/nonexistent/left-behind"));

        Assert.Equal(before, Port.OpenPorts.Count(port => port.Name.Contains("left-behind", StringComparison.Ordinal)));
    }

    [Fact]
    public void PortIsCalledByItsSpec()
    {
        using Port port = PortFactory.Open("null:?size=100");

        Assert.Equal("null:?size=100", port.Name);
        Assert.Contains(port, Port.OpenPorts);
    }
}
