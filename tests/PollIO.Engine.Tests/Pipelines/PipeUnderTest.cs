using System.IO.Pipelines;
using PollIO.Pipelines;

namespace PollIO.Tests.Pipelines;

/// <summary>
/// The same handles on System.IO.Pipelines' own pipe and on ours: what both are asked, both have to answer alike, so that the
/// expectations are the base library's and not ours.
/// </summary>
public abstract class PipeUnderTest : IDisposable
{
    public const string Reference = "System.IO.Pipelines";
    public const string Packets = "packets";

    public static TheoryData<string> Kinds => [Reference, Packets];

    public abstract PipeReader Reader { get; }

    public abstract PipeWriter Writer { get; }

    public static PipeUnderTest Create(string kind) => kind == Reference ? new OfTheLibrary() : new OfPackets();

    /// <summary>Makes bytes available to the reader.</summary>
    public abstract void Supply(byte[] bytes);

    public abstract void EndSource(PollIOException? cause = null);

    /// <summary>Ends the side that takes what is written.</summary>
    public abstract void EndSink(PollIOException? cause = null);

    /// <summary>Takes what was written, so that a writer that waits may go on.</summary>
    public abstract byte[] TakeWritten();

    /// <summary>Writes until a flush has to wait.</summary>
    public ValueTask<FlushResult> FillUp()
    {
        while (true)
        {
            Writer.GetMemory(10);
            Writer.Advance(10);
            ValueTask<FlushResult> flush = Writer.FlushAsync();
            if (!flush.IsCompleted)
            {
                return flush;
            }

            Assert.False(flush.Result.IsCompleted);
        }
    }

    public abstract void Dispose();

    private sealed class OfTheLibrary : PipeUnderTest
    {
        private readonly Pipe _in = new(new PipeOptions(useSynchronizationContext: false, pauseWriterThreshold: 1 << 20, minimumSegmentSize: 16));
        private readonly Pipe _out = new(new PipeOptions(useSynchronizationContext: false, pauseWriterThreshold: 64, resumeWriterThreshold: 32));

        public override PipeReader Reader => _in.Reader;

        public override PipeWriter Writer => _out.Writer;

        public override void Supply(byte[] bytes) => Assert.True(_in.Writer.WriteAsync(bytes).IsCompletedSuccessfully);

        public override void EndSource(PollIOException? cause = null) => _in.Writer.Complete(cause);

        public override void EndSink(PollIOException? cause = null) => _out.Reader.Complete(cause);

        public override byte[] TakeWritten()
        {
            if (!_out.Reader.TryRead(out ReadResult result))
            {
                return [];
            }

            byte[] bytes = System.Buffers.BuffersExtensions.ToArray(result.Buffer);
            _out.Reader.AdvanceTo(result.Buffer.End);
            return bytes;
        }

        public override void Dispose()
        {
        }
    }

    private sealed class OfPackets : PipeUnderTest
    {
        private readonly PipeRig _rig = new(new PacketPipeOptions { Reserve = 8, Burst = 4 });
        private int _taken;

        public override PipeReader Reader => _rig.Reader;

        public override PipeWriter Writer => _rig.Writer;

        public override void Supply(byte[] bytes) => _rig.Supply(bytes);

        public override void EndSource(PollIOException? cause = null) => _rig.EndSource(cause);

        public override void EndSink(PollIOException? cause = null)
        {
            if (cause is null)
            {
                _rig.Pipe.Stop();
                return;
            }

            _rig.Port.Tx.Break(cause);
            _rig.Poll();
        }

        public override byte[] TakeWritten()
        {
            _rig.Poll();
            byte[] bytes = [.. _rig.Sent.Skip(_taken).SelectMany(packet => packet)];
            _taken = _rig.Sent.Count;
            return bytes;
        }

        public override void Dispose() => _rig.Dispose();
    }
}
