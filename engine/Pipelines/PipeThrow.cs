using System.Diagnostics.CodeAnalysis;

namespace PollIO.Pipelines;

/// <summary>The exceptions of misuse, of the types System.IO.Pipelines throws.</summary>
internal static class PipeThrow
{
    [DoesNotReturn]
    internal static void ReadingAfterCompleted() => throw new InvalidOperationException("reading is not allowed after the reader was completed");

    [DoesNotReturn]
    internal static void AlreadyReading() => throw new InvalidOperationException("a read is in progress: AdvanceTo ends it");

    [DoesNotReturn]
    internal static void NoReadToEnd() => throw new InvalidOperationException("there is no read for AdvanceTo to end");

    [DoesNotReturn]
    internal static void ExaminedBeforeConsumed() => throw new InvalidOperationException("the examined position lies before the consumed one");

    [DoesNotReturn]
    internal static void OutsideBuffer() => throw new InvalidOperationException("the position lies outside the buffer of this read");

    [DoesNotReturn]
    internal static void TakenNotConsumed() => throw new InvalidOperationException("a packet that was forwarded or detached lies behind the consumed position");

    [DoesNotReturn]
    internal static void HoldsTooMany(int packets) => throw new InvalidOperationException(
        $"the read would have to hold more than {packets} packets: consume some, or raise PacketPipeOptions.MaxHeldPackets");

    [DoesNotReturn]
    internal static void ForeignSequence(string parameter) => throw new ArgumentException("the sequence is not one of this reader's", parameter);

    [DoesNotReturn]
    internal static void StaleView() => throw new InvalidOperationException("the packet is no longer the reader's: it was consumed, forwarded or detached");

    [DoesNotReturn]
    internal static void PartlyConsumed() => throw new InvalidOperationException("whole segments of the packet are consumed: what is left cannot leave the reader as a packet");

    [DoesNotReturn]
    internal static void WritingAfterCompleted() => throw new InvalidOperationException("writing is not allowed after the writer was completed");

    [DoesNotReturn]
    internal static void AlreadyFlushing() => throw new InvalidOperationException("a flush is in progress");

    [DoesNotReturn]
    internal static void ReserveUsedUp(int reserve) => throw new InvalidOperationException(
        $"the reserve of {reserve} empty packets is used up: await FlushAsync, which waits until half of it is there again");
}
