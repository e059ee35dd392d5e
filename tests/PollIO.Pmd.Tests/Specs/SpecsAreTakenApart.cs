namespace PollIO.Pmd.Tests.Specs;

public sealed class SpecsAreTakenApart
{
    [Theory]
    [InlineData("null:", "null", "", "")]
    [InlineData("ring:a-b_c.1", "ring", "a-b_c.1", "")]
    [InlineData("vfio:0000:03:00.0", "vfio", "0000:03:00.0", "")]
    [InlineData("af_packet:eth0?version=3&blocks=8", "af_packet", "eth0", "version=3 blocks=8")]
    [InlineData("pcap:/a/b c:d.pcap?tx=/x/y=z.pcapng", "pcap", "/a/b c:d.pcap", "tx=/x/y=z.pcapng")]
    [InlineData("pcap:?tx=out.pcapng", "pcap", "", "tx=out.pcapng")]
    [InlineData("x:?a=?", "x", "", "a=?")]
    [InlineData("Größe:ß?ä=ö", "Größe", "ß", "ä=ö")]
    public void IntoDriverAddressAndKeys(string text, string driver, string address, string keys)
    {
        PortSpec spec = PortSpec.Parse(text);

        Assert.Equal((text, driver, address), (spec.Text, spec.Driver, spec.Address));
        Assert.Equal(text, spec.ToString());
        Assert.Equal(keys, string.Join(' ', spec.Keys.Select(key => $"{key}={(spec.TryGetValue(key, out string? value) ? value : "")}")));
    }

    [Theory]
    [InlineData("", "there is no ':' after the driver")]
    [InlineData("eth0", "there is no ':' after the driver")]
    [InlineData(":eth0", "the driver before ':' is missing")]
    [InlineData("null:?", "'' is not key=value")]
    [InlineData("null:?size", "'size' is not key=value")]
    [InlineData("null:?size=", "'size=' is not key=value")]
    [InlineData("null:?=64", "'=64' is not key=value")]
    [InlineData("null:?size=64&", "'' is not key=value")]
    [InlineData("null:?size=64&size=65", "key 'size' is given twice")]
    public void MalformedIsRefusedWithThePartAndTheForm(string text, string part)
    {
        var error = Assert.Throws<PollIOException>(() => PortSpec.Parse(text));

        Assert.Contains(part, error.Message, StringComparison.Ordinal);
        Assert.Contains("driver:address?key=value", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void KeysTellUpperFromLowerCase()
    {
        PortSpec spec = PortSpec.Parse("x:?A=1&a=2");

        Assert.Equal((1, 2), (spec.GetInt32("A", 0, 0, 9), spec.GetInt32("a", 0, 0, 9)));
    }

    [Theory]
    [InlineData("x:?n=1", 1)]
    [InlineData("x:?n=64", 64)]
    [InlineData("x:?n=007", 7)]
    [InlineData("x:", 5)]
    public void NumbersAreReadOrFallBack(string text, int expected) =>
        Assert.Equal(expected, PortSpec.Parse(text).GetInt32("n", fallback: 5, min: 1, max: 64));

    [Theory]
    [InlineData("0")]
    [InlineData("65")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData(" 1")]
    [InlineData("1.0")]
    [InlineData("0x10")]
    [InlineData("ten")]
    [InlineData("99999999999999999999")]
    public void NumbersOutsideTheRangeAreRefusedWithTheRange(string value)
    {
        PortSpec spec = PortSpec.Parse($"x:?n={value}");

        var error = Assert.Throws<PollIOException>(() => spec.GetInt32("n", fallback: 5, min: 1, max: 64));

        Assert.Contains($"n={value}: a whole number from 1 to 64 is wanted", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("on", true)]
    [InlineData("1", true)]
    [InlineData("off", false)]
    [InlineData("0", false)]
    public void SwitchesAreOnOrOff(string value, bool expected)
    {
        Assert.Equal(expected, PortSpec.Parse($"x:?s={value}").GetSwitch("s", !expected));
        Assert.Equal(expected, PortSpec.Parse("x:").GetSwitch("s", expected));
    }

    [Theory]
    [InlineData("yes")]
    [InlineData("ON")]
    [InlineData("2")]
    public void OtherSwitchesAreRefused(string value)
    {
        PortSpec spec = PortSpec.Parse($"x:?s={value}");

        var error = Assert.Throws<PollIOException>(() => spec.GetSwitch("s", fallback: true));

        Assert.Contains($"s={value}: 'on' or 'off' is wanted", error.Message, StringComparison.Ordinal);
    }
}
