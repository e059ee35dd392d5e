using System.Buffers.Binary;
using PollIO.Apps.L2fwd.Forwarding;
using PollIO.Apps.Tests.Support;
using PollIO.Wire;

namespace PollIO.Apps.Tests.L2fwd;

public sealed class PingIsAnswered : IDisposable
{
    private static readonly MacAddress s_port = MacAddress.Parse("02:00:00:01:00:00");

    private readonly Frames _frames = new();

    public static TheoryData<string, byte[], byte[]> Requests => new()
    {
        { "ping", EchoFrames.EchoRequest, EchoFrames.EchoReply },
        { "ping with a VLAN tag", EchoFrames.TaggedEchoRequest, EchoFrames.TaggedEchoReply },
        { "ping with IP options", EchoFrames.OptionsEchoRequest, EchoFrames.OptionsEchoReply },
        { "ping over IPv6", EchoFrames.EchoRequestV6, EchoFrames.EchoReplyV6 },
        { "ARP", EchoFrames.ArpRequest, EchoFrames.ArpReply },
        { "neighbour solicitation", EchoFrames.Solicitation, EchoFrames.Advertisement },
        { "neighbour solicitation without an option", EchoFrames.SolicitationWithoutOption, EchoFrames.Advertisement },
        { "neighbour solicitation with a nonce", EchoFrames.SolicitationWithNonce, EchoFrames.Advertisement },
    };

    public static TheoryData<string, byte[]> Others => new()
    {
        { "ARP probe", EchoFrames.ArpProbe },
        { "ARP announcement", EchoFrames.ArpAnnouncement },
        { "ARP reply", EchoFrames.ArpReplyOfAnother },
        { "duplicate address detection", EchoFrames.DuplicateAddressDetection },
        { "solicitation that crossed a router", EchoFrames.SolicitationFromAfar },
        { "fragment", EchoFrames.FragmentOfEchoRequest },
        { "ping to a group", EchoFrames.EchoRequestToGroup },
        { "ping to everybody", EchoFrames.EchoRequestToBroadcast },
        { "ping to a group over IPv6", EchoFrames.EchoRequestToGroupV6 },
        { "ping reply", EchoFrames.EchoReply },
        { "UDP", EchoFrames.Datagram },
        { "runt", EchoFrames.Runt },
        { "nothing", [] },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public void InPlace(string name, byte[] request, byte[] answer)
    {
        Packet packet = _frames.Packet(request);

        Assert.True(EchoResponder.TryAnswer(packet, s_port), name);

        Assert.Equal(Convert.ToHexString(answer), Convert.ToHexString(Frames.Contents(packet)));
        packet.Free();
    }

    [Theory]
    [MemberData(nameof(Others))]
    public void EverythingElseIsFreed(string name, byte[] frame)
    {
        Packet[] packets = [_frames.Packet(frame)];

        Assert.True(new EchoRewriter(s_port).Rewrite(packets) == 0, name);

        Assert.Equal(0, _frames.Outstanding);
    }

    [Theory]
    [MemberData(nameof(Others))]
    public void EverythingElseIsUntouched(string name, byte[] frame)
    {
        Packet packet = _frames.Packet(frame);

        Assert.False(EchoResponder.TryAnswer(packet, s_port), name);

        Assert.Equal(frame, Frames.Contents(packet));
        packet.Free();
    }

    [Theory]
    [MemberData(nameof(Requests))]
    public void CutAnywhereNothingBreaks(string name, byte[] request, byte[] answer)
    {
        for (int length = 0; length < request.Length; length++)
        {
            Packet packet = _frames.Packet(request.AsSpan(0, length));
            bool answered = EchoResponder.TryAnswer(packet, s_port);

            // Only Ethernet's padding may be missing.
            Assert.True(!answered || Frames.Contents(packet).AsSpan().SequenceEqual(answer.AsSpan(0, packet.Length)), $"{name} cut to {length}");
            packet.Free();
        }
    }

    [Theory]
    [MemberData(nameof(Requests))]
    public void RandomDamageNothingBreaks(string name, byte[] request, byte[] answer)
    {
        var random = new Random(name.Length + answer.Length);
        for (int round = 0; round < 5000; round++)
        {
            byte[] damaged = [.. request];
            for (int i = random.Next(1, 4); i > 0; i--)
            {
                damaged[random.Next(12, damaged.Length)] = (byte)random.Next(256);
            }

            Packet packet = _frames.Packet(damaged);
            EchoResponder.TryAnswer(packet, s_port);
            Assert.InRange(packet.Length, 0, damaged.Length + 8);
            packet.Free();
        }
    }

    [Fact]
    public void AnswersKeepTheirOrder()
    {
        byte[][] mixed = [EchoFrames.Datagram, EchoFrames.ArpRequest, EchoFrames.EchoReply, EchoFrames.EchoRequest, EchoFrames.EchoRequestV6, EchoFrames.Runt];
        Packet[] packets = [.. mixed.Select(frame => _frames.Packet(frame))];

        int kept = new EchoRewriter(s_port).Rewrite(packets);

        Assert.Equal(3, kept);
        Assert.Equal(3, _frames.Outstanding);
        byte[][] answers = [EchoFrames.ArpReply, EchoFrames.EchoReply, EchoFrames.EchoReplyV6];
        Assert.Equal(answers, packets[..kept].Select(Frames.Contents));
        PacketPool.Free(packets.AsSpan(0, kept));
    }

    [Theory]
    [InlineData(42)]
    [InlineData(50)]
    public void ChainIsAnsweredWhole(int first)
    {
        Packet packet = _frames.Chain(EchoFrames.EchoRequest, first);

        Assert.True(EchoResponder.TryAnswer(packet, s_port));

        Assert.Equal(EchoFrames.EchoReply, Frames.Contents(packet));
        packet.Free();
    }

    [Fact]
    public void DamagedPingGetsADamagedAnswer()
    {
        byte[] damaged = [.. EchoFrames.EchoRequest];
        damaged[^1] ^= 0xff;
        Packet packet = _frames.Packet(damaged);

        Assert.True(EchoResponder.TryAnswer(packet, s_port));

        byte[] answer = Frames.Contents(packet);
        Assert.Equal(ChecksumStatus.Bad, ChecksumCompletion.VerifyTransport(answer, PacketParser.Parse(answer)));
        packet.Free();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void UnfinishedChecksumStaysUnfinishedAndComesOutRight(bool overIPv6)
    {
        byte[] request = overIPv6 ? [.. EchoFrames.EchoRequestV6] : [.. EchoFrames.EchoRequest];
        byte[] answer = overIPv6 ? EchoFrames.EchoReplyV6 : EchoFrames.EchoReply;
        FrameLayout layout = PacketParser.Parse(request);
        Assert.True(ChecksumCompletion.TryPseudoHeaderSum(request, layout, layout.End - layout.L4Offset, out ulong seed));
        BinaryPrimitives.WriteUInt16BigEndian(request.AsSpan(layout.L4Offset + 2), InternetChecksum.Fold(seed));
        Packet packet = _frames.Packet(request);
        packet.Metadata.Flags |= PacketFlags.ChecksumPartial;
        packet.Metadata.ChecksumStart = (ushort)layout.L4Offset;
        packet.Metadata.ChecksumOffset = 2;

        Assert.True(EchoResponder.TryAnswer(packet, s_port));

        Assert.True(packet.Metadata.Flags.HasFlag(PacketFlags.ChecksumPartial));
        Assert.True(ChecksumCompletion.TryComplete(packet.Data, packet.Metadata.ChecksumStart, packet.Metadata.ChecksumOffset));
        Assert.Equal(answer, Frames.Contents(packet));
        packet.Free();
    }

    [Fact]
    public void AdvertisementIsFinishedWhateverTheSolicitationWas()
    {
        Packet packet = _frames.Packet(EchoFrames.Solicitation);
        packet.Metadata.Flags |= PacketFlags.ChecksumPartial;

        Assert.True(EchoResponder.TryAnswer(packet, s_port));

        Assert.False(packet.Metadata.Flags.HasFlag(PacketFlags.ChecksumPartial));
        Assert.Equal(EchoFrames.Advertisement, Frames.Contents(packet));
        packet.Free();
    }

    public void Dispose() => _frames.Dispose();
}
