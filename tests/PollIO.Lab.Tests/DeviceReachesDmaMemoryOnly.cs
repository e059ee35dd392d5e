using System.Globalization;
using PollIO.Lab.Tests.Support;

namespace PollIO.Lab.Tests;

/// <summary>
/// A device told an address outside <see cref="DmaMemory.Shared"/> reaches nothing: the IOMMU's faults are in the kernel's log, and
/// neither the wire nor the memory shows what was not to be reached.
/// </summary>
[Trait("tier", "lab")]
[Trait("scenario", "e1000e")]
[Trait("scenario", "e1000")]
[Trait("scenario", "virtio")]
public sealed class DeviceReachesDmaMemoryOnly
{
    // Of the same kind and in the same range of addresses, so that nothing but the IOMMU's table stands between.
    private readonly DmaMemory _elsewhere = new(new MemfdAllocator());
    private readonly KernelLog? _log;

    public DeviceReachesDmaMemoryOnly()
    {
        Guest.Require();
        _log = new KernelLog();
    }

    [Fact]
    public async Task TransmitFromElsewhereSendsNothingOfIt()
    {
        using var secret = new MarkedMemory(_elsewhere);
        using var allowed = new MarkedMemory(DmaMemory.Shared);
        await using WirePeer peer = await ReceiverAsync();
        using RawNic nic = await RawNic.OpenAsync(Slots.Dut0);
        var wire = new WireCapture("dut0");
        await SendMarkedAsync(nic, allowed, wire, total: 1);
        Assert.Empty(_log!.DmaFaults);

        await SendUntilFaultAsync(nic, secret.Address);

        // What was sent before this frame is on the wire before it.
        await SendMarkedAsync(nic, allowed, wire, total: 2);
        Assert.Equal(0, secret.CountIn(wire.Frames()));
    }

    [Fact]
    public async Task ReceiveToElsewhereChangesNothing()
    {
        const int count = 3;
        using var secret = new MarkedMemory(_elsewhere);
        await using WirePeer peer = await ReceiverAsync();
        using RawNic nic = await RawNic.OpenAsync(Slots.Dut0);
        nic.ReceiveInto(secret.Address);

        // Slow enough that the kernel writes every fault to its log; the ring's descriptors last for 15 s.
        await using Pktgen frames = await Pktgen.StartAsync(peer, nic.Mac, count: 0, rate: 4);

        await Guest.WaitForAsync(() => nic.Received >= count, "the device's own count of frames");
        await Guest.WaitForAsync(() => HasFault("DMA Write", secret.Address), "the fault in the kernel's log");
        Assert.True(secret.IsUntouched());
    }

    [Fact]
    public async Task PoolIsOutOfReachAfterItsDispose()
    {
        byte[] mark = MarkedMemory.NewMark();
        using var allowed = new MarkedMemory(DmaMemory.Shared);
        await using WirePeer peer = await ReceiverAsync();
        using RawNic nic = await RawNic.OpenAsync(Slots.Dut0);
        var wire = new WireCapture("dut0");
        var pool = new PacketPool(new PacketPoolOptions { Name = "disposed", Count = 64, Memory = DmaMemory.Shared });
        Assert.True(pool.TryAllocate(out Packet packet));
        Assert.True(packet.TryAppend(MarkedMemory.FrameSize, out Span<byte> data));
        MarkedMemory.Write(data, mark);
        nint address = AddressOf(data);
        await nic.SendAsync(address, MarkedMemory.FrameSize);
        await SendMarkedAsync(nic, allowed, wire, total: 1);
        Assert.Equal(1, MarkedMemory.Count(wire.Frames(), mark));
        Assert.Empty(_log!.DmaFaults);
        packet.Free();

        pool.Dispose();

        await SendUntilFaultAsync(nic, address);
        await SendMarkedAsync(nic, allowed, wire, total: 2);
        Assert.Equal(1, MarkedMemory.Count(wire.Frames(), mark));
    }

    // A virtio NIC sends when somebody on the wire takes what it sends.
    private static Task<WirePeer> ReceiverAsync() => WirePeer.CreateAsync(Slots.Peer0, 1, silent: true);

    private static unsafe nint AddressOf(Span<byte> data)
    {
        // SAFETY: packet data is DMA memory, which the collector does not move.
        fixed (byte* start = data)
        {
            return (nint)start;
        }
    }

    private static async Task SendMarkedAsync(RawNic nic, MarkedMemory memory, WireCapture wire, int total)
    {
        await nic.SendAsync(memory.Address, MarkedMemory.FrameSize);
        await Guest.WaitForAsync(() => memory.CountIn(wire.Frames()) == total, "the frame on the wire");
    }

    // The kernel writes ten faults to its log in five seconds, and leaves out what comes beyond.
    private async Task SendUntilFaultAsync(RawNic nic, nint address)
    {
        for (int attempt = 0; attempt < 30 && !HasFault("DMA Read", address); attempt++)
        {
            await nic.SendAsync(address, MarkedMemory.FrameSize);
            await Task.Delay(500, TestContext.Current.CancellationToken);
        }

        Assert.True(HasFault("DMA Read", address), $"no fault at 0x{address:x} in the kernel's log: {string.Join(" | ", _log!.DmaFaults)}");
    }

    private bool HasFault(string kind, nint address)
    {
        string slot = Slots.Dut0[(Slots.Dut0.IndexOf(':', StringComparison.Ordinal) + 1)..];
        string page = string.Create(CultureInfo.InvariantCulture, $"fault addr 0x{address & ~(nint)(Environment.SystemPageSize - 1):x} ");
        return _log!.DmaFaults.Any(line => line.Contains(kind, StringComparison.Ordinal)
            && line.Contains($"[{slot}]", StringComparison.Ordinal)
            && line.Contains(page, StringComparison.Ordinal));
    }
}
