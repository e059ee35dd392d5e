using PollIO.Capture;

namespace PollIO.Tests.Capture;

public sealed class FiltersChoosePackets : IDisposable
{
    private readonly PacketPool _pool = Pools.Create(name: "filtered");
    private Packet _held;

    // Ethernet, IPv4 of 20 bytes from 10.0.0.1 to 10.0.0.2, UDP 1234 to 53, 18 bytes.
    private static readonly byte[] s_dns = Convert.FromHexString(
        "020000000002020000000001" + "0800" + "4500002e00000000401166bd0a0000010a000002" + "04d20035001a0000" + new string('0', 36));

    [Theory]
    [InlineData("", true)]
    [InlineData("udp port 53", true)]
    [InlineData("udp src port 53", false)]
    [InlineData("tcp", false)]
    [InlineData("ip6", false)]
    [InlineData("host 10.0.0.2 and not src host 10.0.0.2", true)]
    [InlineData("ether dst 02:00:00:00:00:02", true)]
    [InlineData("len <= 60", true)]
    [InlineData("greater 61", false)]
    [InlineData("udp[8] == 0 and ip[8] / 2 == 32", true)]
    [InlineData("ip[8] & 0x3f != 0", false)]
    [InlineData("ip[2:2] - 20 == udp[4:2]", true)]
    [InlineData("ether[1000] == 0", false)]
    [InlineData("(ip[0] << 4) & 0xff = 0x50 or ip[6:2] >> 3 > 4", true)]
    [InlineData("vlan 5", false)]
    public void ExpressionsDoWhatTcpdumpsDo(string expression, bool expected)
    {
        PacketFilter filter = Compile(expression);

        Assert.Equal(expected, filter.Matches(Packet([s_dns])));

        // However the frame is cut into segments, the answer is the same.
        for (int cut = 1; cut < s_dns.Length; cut += 3)
        {
            Assert.Equal(expected, filter.Matches(Packet([s_dns[..cut], s_dns[cut..]])));
        }

        Assert.Equal(expected, filter.Matches(Packet([s_dns[..13], s_dns[13..15], s_dns[15..24], s_dns[24..]])));
    }

    [Fact]
    public void ExpressionThatMakesNoSenseIsToldInOneLine()
    {
        PollIOException e = Assert.Throws<PollIOException>(() => Compile("upd port 53"));

        Assert.StartsWith("upd port 53: compile filter: ", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public void ProgramsThatCouldLeaveTheirBoundsAreRefused()
    {
        FilterInstruction end = new(BpfSpec.RET_K, 0, 0, 1);
        FilterInstruction[][] programs =
        [
            [],
            [new(BpfSpec.LD_IMM, 0, 0, 1)],
            [new(0xFF, 0, 0, 0), end],
            [new(BpfSpec.JMP_JA, 0, 0, 1), end],
            [new(BpfSpec.JMP_JA, 0, 0, uint.MaxValue), end],
            [new(BpfSpec.JMP_JEQ_K, 1, 0, 0), end],
            [new(BpfSpec.JMP_JEQ_K, 0, 1, 0), end],
            [new(BpfSpec.ST, 0, 0, 16), end],
            [new(BpfSpec.LD_MEM, 0, 0, uint.MaxValue), end],
            [new(BpfSpec.ALU_DIV_K, 0, 0, 0), end],
            [.. Enumerable.Repeat(end, BpfSpec.MAXINSNS + 1)],
        ];

        Assert.All(programs, program => Assert.Throws<ArgumentException>(() => new PacketFilter(program)));
    }

    [Fact]
    public void RandomProgramsThatPassTheCheckEnd()
    {
        var random = new Random(7);
        Packet packet = Packet([s_dns]);
        int passed = 0;
        for (int round = 0; round < 20_000; round++)
        {
            var program = new FilterInstruction[random.Next(1, 12)];
            for (int i = 0; i < program.Length; i++)
            {
                program[i] = new((ushort)random.Next(0x100), (byte)random.Next(4), (byte)random.Next(4), random.Next(3) == 0 ? uint.MaxValue : (uint)random.Next(64));
            }

            program[^1] = program[^1] with { Code = BpfSpec.RET_A };
            if (BpfCheck.IsValid(program))
            {
                passed++;
                bool once = new PacketFilter(program).Matches(packet);
                Assert.Equal(once, new PacketFilter(program).Matches(packet));
            }
        }

        Assert.True(passed > 100, $"{passed} programs");
    }

    [Fact]
    public void DivisionByAnEmptyRegisterChoosesNothing()
    {
        var filter = new PacketFilter([new(BpfSpec.LD_IMM, 0, 0, 8), new(BpfSpec.ALU_DIV_X, 0, 0, 0), new(BpfSpec.RET_K, 0, 0, 1)]);

        Assert.False(filter.Matches(Packet([s_dns])));
    }

    public void Dispose()
    {
        if (!_held.IsNull)
        {
            _held.Free();
        }

        _pool.Dispose();
    }

    private static PacketFilter Compile(string expression)
    {
        try
        {
            return PacketFilter.Compile(expression);
        }
        catch (PollIOException e) when (e.Message.Contains("not installed", StringComparison.Ordinal))
        {
            Assert.Skip(e.Message);
            throw;
        }
    }

    private Packet Packet(byte[][] pieces)
    {
        if (!_held.IsNull)
        {
            _held.Free();
        }

        Packet packet = default;
        foreach (byte[] piece in pieces)
        {
            Packet segment = _pool.Take();
            Assert.True(segment.TryAppend(piece.Length, out Span<byte> room));
            piece.CopyTo(room);
            if (packet.IsNull)
            {
                packet = segment;
            }
            else
            {
                packet.Chain(segment);
            }
        }

        _held = packet;
        return packet;
    }
}
