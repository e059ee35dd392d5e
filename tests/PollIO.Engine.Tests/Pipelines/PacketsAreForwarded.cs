using System.Buffers;
using System.IO.Pipelines;
using PollIO.Pipelines;

namespace PollIO.Tests.Pipelines;

public sealed class PacketsAreForwarded
{
    [Fact]
    public async Task BytesOnTheWireComeFromTheAddressTheyWereReadAt()
    {
        using var rig = new PipeRig();
        byte[][] packets = [.. Enumerable.Range(20, 50).Select(i => PipeRig.Bytes(i))];
        rig.Supply(packets);
        ReadResult result = await rig.Reader.ReadAsync();
        ReadOnlySequence<byte> rest = result.Buffer;
        var addresses = new List<nint>();
        while (rig.Reader.TryReadPacket(ref rest, out PacketView view))
        {
            addresses.Add(AddressOf(rig, view));
            rig.Writer.Forward(view);
        }

        await rig.Writer.FlushAsync();
        rig.Poll();
        rig.Reader.AdvanceTo(result.Buffer.End);

        Assert.Equal(addresses, rig.Port.Tx.Sent.Select(sent => sent.Address));
        Assert.Equal(packets, rig.Sent);
    }

    [Fact]
    public async Task ForwardedPacketIsWritableUntilTheFlush()
    {
        using var rig = new PipeRig();
        rig.Supply(PipeRig.Bytes(30));
        PacketView view = ReadOne(rig, out ReadResult result);
        Packet packet = rig.Writer.Forward(view);

        packet.Data.Fill(7);
        Assert.True(packet.TryTrimEnd(10));
        await rig.Writer.FlushAsync();
        rig.Reader.AdvanceTo(result.Buffer.End);
        rig.Poll();

        Assert.Equal([.. Enumerable.Repeat((byte)7, 20)], Assert.Single(rig.Sent));
    }

    [Fact]
    public void ForwardedPacketHasToBeConsumed()
    {
        using var rig = new PipeRig();
        rig.Supply(PipeRig.Bytes(30), PipeRig.Bytes(40));
        PacketView view = ReadOne(rig, out ReadResult result);
        rig.Writer.Forward(view);

        Assert.Throws<InvalidOperationException>(() => rig.Reader.AdvanceTo(result.Buffer.Start, result.Buffer.End));
        Assert.Throws<InvalidOperationException>(() => rig.Reader.AdvanceTo(result.Buffer.GetPosition(29)));
        rig.Reader.AdvanceTo(result.Buffer.GetPosition(30));
    }

    [Fact]
    public void PacketThatIsGoneCannotBeForwarded()
    {
        using var rig = new PipeRig();
        rig.Supply(PipeRig.Bytes(30), PipeRig.Bytes(40));
        PacketView view = ReadOne(rig, out ReadResult result);
        rig.Writer.Forward(view);
        Assert.Throws<InvalidOperationException>(() => rig.Writer.Forward(view));
        Assert.Throws<InvalidOperationException>(() => rig.Reader.Detach(view));
        rig.Reader.AdvanceTo(result.Buffer.GetPosition(30));
        Assert.Throws<InvalidOperationException>(() => rig.Writer.Forward(view));

        view = ReadOne(rig, out result);
        rig.Reader.AdvanceTo(result.Buffer.End);
        Assert.Throws<InvalidOperationException>(() => rig.Reader.Detach(view));
        Assert.Throws<ArgumentException>(() => rig.Writer.Forward(default));
    }

    [Fact]
    public async Task ConsumedFrontIsTrimmedOff()
    {
        using var rig = new PipeRig();
        byte[] a = PipeRig.Bytes(30), b = PipeRig.Bytes(40);
        rig.Port.Rx.Arrive(rig.Make(a, b));
        rig.Poll();
        ReadOne(rig, out ReadResult result);
        rig.Reader.AdvanceTo(result.Buffer.GetPosition(14));
        PacketView view = ReadOne(rig, out result);

        rig.Writer.Forward(view);
        rig.Reader.AdvanceTo(result.Buffer.End);
        await rig.Writer.FlushAsync();
        rig.Poll();

        Assert.Equal([.. a[14..], .. b], Assert.Single(rig.Sent));
    }

    [Fact]
    public void WhatIsLeftOfAChainWithoutItsHeadIsNoPacket()
    {
        using var rig = new PipeRig();
        rig.Port.Rx.Arrive(rig.Make(PipeRig.Bytes(30), PipeRig.Bytes(40)));
        rig.Poll();
        ReadOne(rig, out ReadResult result);
        rig.Reader.AdvanceTo(result.Buffer.GetPosition(30));
        PacketView view = ReadOne(rig, out _);

        Assert.Throws<InvalidOperationException>(() => rig.Writer.Forward(view));
    }

    [Fact]
    public async Task CopyingIntoAPacketWriterKeepsBoundariesAndCopiesNothing()
    {
        using var rig = new PipeRig();
        byte[][] packets = [.. Enumerable.Range(1, 300).Select(i => PipeRig.Bytes(i % 200 + 1, i))];
        nint[] addresses = new nint[packets.Length];
        Task copying = rig.Reader.CopyToAsync(rig.Writer);
        for (int i = 0; i < packets.Length; i++)
        {
            Packet packet = rig.Make(packets[i]);
            addresses[i] = packet.DataAddress;
            rig.Port.Rx.Arrive(packet);
        }

        await PipeRig.WithinAsync(() => (rig.Pipe.Poll(), rig.Port.Tx.Sent.Count == packets.Length).Item2, "all are sent");
        rig.EndSource();
        await copying.WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Equal(packets, rig.Sent);
        Assert.Equal(addresses, rig.Port.Tx.Sent.Select(sent => sent.Address));
    }

    [Fact]
    public async Task ForwardedPacketsLeaveTheQuota()
    {
        using var rig = new PipeRig(new PacketPipeOptions { Quota = 8, MaxHeldPackets = 8 });
        for (int round = 0; round < 10; round++)
        {
            rig.Supply([.. Enumerable.Range(1, 8).Select(i => PipeRig.Bytes(i))]);
            Assert.True(rig.Reader.TryRead(out ReadResult result));
            ReadOnlySequence<byte> rest = result.Buffer;
            while (rig.Reader.TryReadPacket(ref rest, out PacketView view))
            {
                rig.Writer.Forward(view);
            }

            rig.Reader.AdvanceTo(result.Buffer.End);
            await rig.Writer.FlushAsync();
        }

        rig.Poll();
        Assert.Equal(80, rig.Sent.Count);
    }

    /// <summary>Where memory and span of a view lie, which is in the pool's DMA region.</summary>
    private static unsafe nint AddressOf(PipeRig rig, in PacketView view)
    {
        using MemoryHandle pin = view.Sequence.First.Pin();
        nint address = (nint)pin.Pointer;
        nint region = (nint)rig.Pool.Region.Address;
        Assert.InRange(address, region, region + (nint)rig.Pool.Region.Length - 1);
        fixed (byte* read = view.Span)
        {
            Assert.Equal(address, (nint)read);
        }

        return address;
    }

    private static PacketView ReadOne(PipeRig rig, out ReadResult result)
    {
        Assert.True(rig.Reader.TryRead(out result));
        ReadOnlySequence<byte> rest = result.Buffer;
        Assert.True(rig.Reader.TryReadPacket(ref rest, out PacketView view));
        return view;
    }
}
