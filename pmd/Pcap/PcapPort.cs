using PollIO.Capture;
using PollIO.Wire;

namespace PollIO.Pmd.Pcap;

/// <summary>
/// <c>pcap:in.pcap?tx=out.pcapng</c> — receives the packets of a capture file as fast as they are asked for, and writes what is
/// sent to another. Reads pcap and pcapng; writes pcapng with nanoseconds, each packet with the time stamp it was received with.
/// </summary>
/// <remarks>
/// The queue is complete when the file has been read. Without <c>tx</c>, what is sent is freed; without an input, nothing is
/// received. <c>loop=on</c> reads the file again and again, <c>loop=3</c> three times.
/// </remarks>
public sealed class PcapPort : Port
{
    private const int Forever = int.MaxValue;

    private readonly CaptureReader? _reader;
    private readonly PcapngWriter? _writer;
    private readonly int _rounds;

    private PcapPort(string name, CaptureReader? reader, PcapngWriter? writer, int rounds)
        : base(name, new PortCapabilities
        {
            RingsHoldPackets = false,
            RxOffloads = RxOffloads.Scatter | RxOffloads.Timestamp,
            RxCopies = 1,
            TxCopies = 1,
        })
    {
        _reader = reader;
        _writer = writer;
        _rounds = rounds;
    }

    /// <inheritdoc/>
    public override MacAddress MacAddress => new(0x02_00_00_02_00_00UL | Id);

    internal static PcapPort Open(PortSpec spec)
    {
        int rounds = spec.TryGetValue("loop", out string? loop) && loop is "on" or "off"
            ? (loop == "on" ? Forever : 1)
            : spec.GetInt32("loop", fallback: 1, min: 1, max: Forever);
        bool writes = spec.TryGetValue("tx", out string? output);
        if (spec.Address.Length == 0 && !writes)
        {
            throw new PollIOException("open port", spec.Text, "neither a capture to read nor tx= to write is given");
        }

        if (writes && spec.Address.Length != 0 && IsSameFile(spec.Address, output!))
        {
            throw new PollIOException("open port", spec.Text, $"'{output}' would be overwritten while it is read");
        }

        CaptureReader? reader = spec.Address.Length == 0 ? null : CaptureReader.Open(spec.Address);
        try
        {
            if (rounds != 1 && reader is { CanRewind: false })
            {
                throw new PollIOException("open port", spec.Text, "loop= needs a file that can be read again, and this is a pipe");
            }

            return new PcapPort(spec.Text, reader, writes ? PcapngWriter.Create(output!) : null, rounds);
        }
        catch
        {
            reader?.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    protected override (RxQueue[] Rx, TxQueue[] Tx) CreateQueues(PortConfig config) => (
        [.. Enumerable.Range(0, config.RxQueues).Select(index => new PcapRxQueue(this, index, config, _reader, _rounds))],
        [.. Enumerable.Range(0, config.TxQueues).Select(index => new PcapTxQueue(this, index, _writer))]);

    /// <inheritdoc/>
    protected override void StartCore()
    {
    }

    /// <inheritdoc/>
    protected override void StopCore()
    {
        foreach (PcapTxQueue queue in TxQueues.Cast<PcapTxQueue>())
        {
            queue.Flush();
        }
    }

    /// <inheritdoc/>
    protected override void DisposeCore()
    {
        foreach (PcapTxQueue queue in TxQueues.Cast<PcapTxQueue>())
        {
            queue.WriteStatistics();
        }

        _writer?.Dispose();
        _reader?.Dispose();
    }

    private static bool IsSameFile(string left, string right) => Resolve(left) == Resolve(right);

    private static string Resolve(string path)
    {
        string full = Path.GetFullPath(path);
        return File.Exists(full) ? File.ResolveLinkTarget(full, returnFinalTarget: true)?.FullName ?? full : full;
    }
}
