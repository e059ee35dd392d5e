namespace PollIO.Pmd.Tests.Specs;

public sealed class FactoryNamesWhatIsWrong
{
    [Fact]
    public void DriversThereAreAreListed() => Assert.Superset(new HashSet<string> { "null", "ring", "pcap", "af_packet" }, PortFactory.Drivers.ToHashSet());

    [Theory]
    [InlineData("nope:", "there is no driver 'nope'", "null, ")]
    [InlineData("Null:", "there is no driver 'Null'", "null, ")]
    [InlineData("memif:/run/x", "driver 'memif' is not built yet", "null, ")]
    [InlineData("vfio:0000:03:00.0", "driver 'vfio' is not built yet", "null, ")]
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
