using PollIO.Pmd.Tests.Support;

namespace PollIO.Pmd.Tests.AfPacket;

[Collection(NetworkCollection.Name)]
[Trait("tier", "peer")]
public sealed class OpeningErrorsNameTheCause
{
    [Theory]
    [InlineData("af_packet:no-such-if0", "there is no interface 'no-such-if0'")]
    [InlineData("af_packet:a-name-longer-than-any", "there is no interface 'a-name-longer-than-any'")]
    [InlineData("af_packet:a-name-of-16-byt", "there is no interface 'a-name-of-16-byt'")]
    [InlineData("af_packet:", "the address is missing")]
    [InlineData("af_packet:lo?version=4", "version=4: a whole number from 2 to 3 is wanted")]
    [InlineData("af_packet:lo?blocks=1", "blocks=1: a whole number from 2 to 4096 is wanted")]
    [InlineData("af_packet:lo?blocks=4097", "blocks=4097: a whole number from 2 to 4096 is wanted")]
    [InlineData("af_packet:lo?slots=5", "'slots'")]
    public void OfWrongSpecs(string spec, string expected)
    {
        NetworkNamespace.Require();

        var error = Assert.Throws<PollIOException>(() => PortFactory.Open(spec));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void OfInterfacesWithoutEthernet()
    {
        NetworkNamespace.Require();
        string name = $"pio{Environment.ProcessId:x}t";
        NetworkNamespace.Ip($"tuntap add mode tun name {name}");
        try
        {
            var error = Assert.Throws<PollIOException>(() => PortFactory.Open($"af_packet:{name}"));

            Assert.Contains($"'{name}' carries no Ethernet frames", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            NetworkNamespace.Ip($"link del {name}");
        }
    }

    [Fact]
    public async Task OfAMissingPermission()
    {
        using var peer = new OnePeer();
        using TestChild child = TestChild.Start(TestChild.OpenAsNobody, peer.Spec);
        string? message = await child.ReadLineAsync();

        Assert.StartsWith(peer.Spec, message, StringComparison.Ordinal);
        Assert.Contains("CAP_NET_RAW", message, StringComparison.Ordinal);
        Assert.Contains("EPERM", message, StringComparison.Ordinal);
        Assert.Contains("setcap cap_net_raw", message, StringComparison.Ordinal);
    }

    [Fact]
    public void OfAnInterfaceThatWentBetweenOpeningAndConfiguring()
    {
        using var peer = new OnePeer();
        using var pool = new PacketPool(new PacketPoolOptions());
        using Port port = PortFactory.Open(peer.Spec);
        peer.Wire.Dispose();

        var error = Assert.Throws<PollIOException>(() => port.Configure(new PortConfig { Pool = pool }));

        Assert.Contains($"interface '{peer.Wire.Outer}' is gone", error.Message, StringComparison.Ordinal);
    }
}
