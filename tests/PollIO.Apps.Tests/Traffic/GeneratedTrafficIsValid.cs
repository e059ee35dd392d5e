using System.Buffers.Binary;
using PollIO.Apps.Common.Traffic;
using PollIO.Apps.Tests.Support;
using PollIO.Wire;

namespace PollIO.Apps.Tests.Traffic;

public sealed class GeneratedTrafficIsValid : IDisposable
{
    private static readonly Field[] s_all =
        [Field.SourcePort, Field.DestinationPort, Field.SourceAddress, Field.DestinationAddress, Field.SourceMac, Field.DestinationMac];

    private readonly Frames _frames = new();

    public static TheoryData<int, bool, bool, bool, bool> Kinds()
    {
        var data = new TheoryData<int, bool, bool, bool, bool>();
        foreach (Protocol protocol in Enum.GetValues<Protocol>())
        {
            for (int bits = 0; bits < 16; bits++)
            {
                data.Add((int)protocol, (bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0, (bits & 8) != 0);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void ChecksumsAreRightInEveryFlowAndSize(int protocol, bool ipv6, bool tagged, bool stamped, bool scattered)
    {
        FrameRecipe recipe = Recipe((Protocol)protocol, ipv6, tagged, stamped);
        Field[] fields = (Protocol)protocol == Protocol.Icmp ? [.. s_all.Where(field => field != Field.DestinationPort)] : s_all;
        int least = recipe.MinSize;
        var writer = new FrameWriter(recipe, [least, least + 1, 127, 128, 129, 1514], new FlowPlan(1000, fields, scattered ? 7u : null), tag: 0xBEEF);
        PacketType transport = (Protocol)protocol switch { Protocol.Udp => PacketType.Udp, Protocol.Tcp => PacketType.Tcp, _ => PacketType.Icmp };

        for (int i = 0; i < 3000; i++)
        {
            Packet packet = Write(writer, time: -i);
            FrameLayout layout = PacketParser.Parse(packet.Data);
            Assert.Equal((FrameFlags.None, packet.Length, transport), (layout.Flags, layout.End, layout.Type.Transport()));
            Assert.Equal(tagged ? 1 : 0, layout.VlanTags);
            Assert.Equal(recipe.L4Offset, layout.L4Offset);
            Assert.Equal(recipe.PayloadOffset, layout.PayloadOffset);
            Assert.Equal(ipv6 ? ChecksumStatus.Unknown : ChecksumStatus.Good, ChecksumCompletion.VerifyIPv4Header(packet.Data, layout));
            Assert.Equal(ChecksumStatus.Good, ChecksumCompletion.VerifyTransport(packet.Data, layout));
            if (stamped)
            {
                Assert.True(Stamp.TryRead(packet, recipe.PayloadOffset, out Stamp stamp));
                Assert.Equal(new Stamp(0xBEEF, i, -i), stamp);
            }

            packet.Free();
        }
    }

    [Fact]
    public void UdpChecksumIsNeverZeroAndStaysRight()
    {
        // All values of the port: one of them makes the sum 0xffff, whose complement says "no checksum".
        FrameRecipe recipe = Recipe(Protocol.Udp, ipv6: false, tagged: false, stamped: false);
        var writer = new FrameWriter(recipe, [60], new FlowPlan(FlowPlan.MaxPorts, [Field.SourcePort], null));
        int full = 0;
        for (int i = 0; i < FlowPlan.MaxPorts; i++)
        {
            Packet packet = Write(writer);
            ushort checksum = BinaryPrimitives.ReadUInt16BigEndian(packet.Data[recipe.ChecksumOffset..]);
            Assert.NotEqual(0, checksum);
            full += checksum == ushort.MaxValue ? 1 : 0;
            Assert.Equal(ChecksumStatus.Good, ChecksumCompletion.VerifyTransport(packet.Data, PacketParser.Parse(packet.Data)));
            packet.Free();
        }

        Assert.True(full > 0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void FlowsAreSentInTurnSharedOutAmongWriters(int writers)
    {
        const int Flows = 10;
        FrameRecipe recipe = Recipe(Protocol.Udp, ipv6: false, tagged: false, stamped: true);
        var plan = new FlowPlan(Flows, [Field.SourcePort, Field.DestinationAddress], null);
        FrameWriter[] all = [.. Enumerable.Range(0, writers).Select(number => new FrameWriter(recipe, [64], plan, 0, number, writers))];

        for (int i = 0; i < 50; i++)
        {
            Packet packet = Write(all[i % writers]);
            Assert.Equal(1024 + (i % Flows), BinaryPrimitives.ReadUInt16BigEndian(packet.Data[34..]));
            Assert.Equal(new IPv4Address(198, 18, 0, 2).Value + (uint)(i % Flows), BinaryPrimitives.ReadUInt32BigEndian(packet.Data[30..]));
            Assert.True(Stamp.TryRead(packet, recipe.PayloadOffset, out Stamp stamp));
            Assert.Equal(i, stamp.Sequence);
            packet.Free();
        }
    }

    [Theory]
    [InlineData(16)]
    [InlineData(24)]
    public void ScatteredFlowsAreDistinct(int bits)
    {
        var seen = new bool[1 << bits];
        for (uint flow = 0; flow < seen.Length; flow++)
        {
            uint value = FlowPlan.Scatter(flow, salt: 12345, bits);
            Assert.False(seen[value]);
            seen[value] = true;
        }
    }

    [Fact]
    public void ScatteredFieldsDifferFromEachOtherAndFromSeedToSeed()
    {
        uint[] first = [.. Enumerable.Range(0, 100).Select(flow => FlowPlan.Scatter((uint)flow, 1, 16))];
        uint[] second = [.. Enumerable.Range(0, 100).Select(flow => FlowPlan.Scatter((uint)flow, 2, 16))];

        Assert.NotEqual(first, second);
        Assert.NotEqual([.. first.Order()], first);
    }

    [Fact]
    public void PayloadIsZeroWhateverThePacketHeldBefore()
    {
        FrameRecipe recipe = Recipe(Protocol.Udp, ipv6: false, tagged: false, stamped: false);
        var writer = new FrameWriter(recipe, [1514], FlowPlan.One);
        Packet packet = Write(writer);

        Assert.Equal(-1, packet.Data[recipe.PayloadOffset..].IndexOfAnyExcept((byte)0));
        packet.Free();
    }

    [Theory]
    [InlineData("64", "64")]
    [InlineData("60-63", "60 61 62 63")]
    [InlineData("imix", "60 590 60 590 60 1514 60 590 60 60 590 60")]
    public void SizesAreInOrder(string text, string expected) =>
        Assert.Equal(expected, string.Join(' ', SizePlan.Parse("--size", text)));

    public void Dispose() => _frames.Dispose();

    private static FrameRecipe Recipe(Protocol protocol, bool ipv6, bool tagged, bool stamped) => new()
    {
        Protocol = protocol,
        IsIPv6 = ipv6,
        Vlan = tagged ? 100 : null,
        IsStamped = stamped,
        SourceMac = MacAddress.Parse("02:00:00:01:00:00"),
        DestinationMac = MacAddress.Parse("02:00:00:01:00:01"),
    };

    private Packet Write(FrameWriter writer, long time = 0)
    {
        var dirt = new byte[writer.MaxSize];
        dirt.AsSpan().Fill(0xa5);
        Packet packet = _frames.Packet(dirt);
        int size = writer.Write(packet, time);
        Assert.Equal(size, packet.Length);
        return packet;
    }
}
