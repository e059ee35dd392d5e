using System.Buffers;
using System.IO.Pipelines;

namespace PollIO.Tests.Pipelines;

/// <summary>What code written for a <see cref="PipeWriter"/> relies on, asked of the library's writer and of ours.</summary>
public sealed class WritersFollowTheContract
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    public static TheoryData<string> Kinds => PipeUnderTest.Kinds;

    [Theory, MemberData(nameof(Kinds))]
    public async Task WhatWasWrittenArrivesAfterTheFlush(string kind)
    {
        using var pipe = PipeUnderTest.Create(kind);
        byte[] bytes = PipeRig.Bytes(30);
        bytes.CopyTo(pipe.Writer.GetSpan(bytes.Length));
        pipe.Writer.Advance(20);
        Assert.Equal((true, 20), (pipe.Writer.CanGetUnflushedBytes, pipe.Writer.UnflushedBytes));
        Assert.Empty(pipe.TakeWritten());

        FlushResult result = await pipe.Writer.FlushAsync();

        Assert.Equal((false, false), (result.IsCanceled, result.IsCompleted));
        Assert.Equal(0, pipe.Writer.UnflushedBytes);
        Assert.Equal(bytes[..20], pipe.TakeWritten());
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task WriteAsyncWritesAndFlushes(string kind)
    {
        using var pipe = PipeUnderTest.Create(kind);

        await pipe.Writer.WriteAsync(PipeRig.Bytes(40));

        Assert.Equal(PipeRig.Bytes(40), pipe.TakeWritten());
    }

    [Theory, MemberData(nameof(Kinds))]
    public void MemoryIsAtLeastAsLargeAsTheHint(string kind)
    {
        using var pipe = PipeUnderTest.Create(kind);
        Assert.True(pipe.Writer.GetMemory().Length > 0);
        Assert.True(pipe.Writer.GetSpan(200).Length >= 200);
        pipe.Writer.Advance(150);
        Assert.True(pipe.Writer.GetMemory(200).Length >= 200);
        pipe.Writer.Advance(0);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void WrongSizesThrow(string kind)
    {
        using var pipe = PipeUnderTest.Create(kind);
        Assert.Throws<ArgumentOutOfRangeException>(() => pipe.Writer.GetMemory(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => pipe.Writer.GetSpan(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => pipe.Writer.Advance(1));
        int room = pipe.Writer.GetMemory().Length;
        Assert.Throws<ArgumentOutOfRangeException>(() => pipe.Writer.Advance(room + 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => pipe.Writer.Advance(-1));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task FlushWaitsWhileNobodyTakesWhatIsWritten(string kind)
    {
        using var pipe = PipeUnderTest.Create(kind);
        ValueTask<FlushResult> flush = pipe.FillUp();

        Assert.NotEmpty(pipe.TakeWritten());

        Assert.False((await flush.AsTask().WaitAsync(s_patience)).IsCompleted);
        Assert.True((await pipe.Writer.FlushAsync()) is { IsCanceled: false, IsCompleted: false });
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task CancelledPendingFlushSaysSoOnce(string kind)
    {
        using var pipe = PipeUnderTest.Create(kind);
        ValueTask<FlushResult> flush = pipe.FillUp();

        pipe.Writer.CancelPendingFlush();

        Assert.True((await flush.AsTask().WaitAsync(s_patience)).IsCanceled);
        pipe.TakeWritten();
        Assert.False((await pipe.Writer.FlushAsync()).IsCanceled);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task CancellingBeforeTheFlushCancelsIt(string kind)
    {
        using var pipe = PipeUnderTest.Create(kind);
        ValueTask<FlushResult> full = pipe.FillUp();
        pipe.Writer.CancelPendingFlush();
        await full.AsTask().WaitAsync(s_patience);
        pipe.Writer.CancelPendingFlush();

        Assert.True((await pipe.Writer.FlushAsync()).IsCanceled);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task TokenEndsThePendingFlushAndTheWriterGoesOn(string kind)
    {
        using var pipe = PipeUnderTest.Create(kind);
        ValueTask<FlushResult> full = pipe.FillUp();
        pipe.Writer.CancelPendingFlush();
        await full.AsTask().WaitAsync(s_patience);
        using var source = new CancellationTokenSource();
        ValueTask<FlushResult> flush = pipe.Writer.FlushAsync(source.Token);
        Assert.False(flush.IsCompleted);

        await source.CancelAsync();

        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => flush.AsTask().WaitAsync(s_patience));
        Assert.Equal(source.Token, error.CancellationToken);
        pipe.TakeWritten();
        await pipe.Writer.WriteAsync(PipeRig.Bytes(7));
        Assert.Equal(PipeRig.Bytes(7), pipe.TakeWritten());
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task CancelledTokenEndsTheFlushBeforeItBegins(string kind)
    {
        using var pipe = PipeUnderTest.Create(kind);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await pipe.Writer.FlushAsync(new CancellationToken(canceled: true)));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await pipe.Writer.WriteAsync(PipeRig.Bytes(5), new CancellationToken(canceled: true)));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task EndOfTheSinkEndsThePendingFlushAndEveryLater(string kind)
    {
        using var pipe = PipeUnderTest.Create(kind);
        ValueTask<FlushResult> flush = pipe.FillUp();

        pipe.EndSink();

        Assert.True((await flush.AsTask().WaitAsync(s_patience)).IsCompleted);
        Assert.True((await pipe.Writer.FlushAsync()).IsCompleted);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task ErrorOfTheSinkIsThrown(string kind)
    {
        using var pipe = PipeUnderTest.Create(kind);
        var error = new PollIOException("transmit", "rig:", "gone");
        ValueTask<FlushResult> flush = pipe.FillUp();

        pipe.EndSink(error);

        Assert.Same(error, await Assert.ThrowsAsync<PollIOException>(() => flush.AsTask().WaitAsync(s_patience)));
        Assert.Same(error, await Assert.ThrowsAsync<PollIOException>(async () => await pipe.Writer.WriteAsync(PipeRig.Bytes(5))));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task CompletingSendsWhatWasWritten(string kind)
    {
        using var pipe = PipeUnderTest.Create(kind);
        PipeRig.Bytes(30).CopyTo(pipe.Writer.GetMemory(30));
        pipe.Writer.Advance(30);

        await pipe.Writer.CompleteAsync();
        pipe.Writer.Complete();

        Assert.Equal(PipeRig.Bytes(30), pipe.TakeWritten());
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task NothingIsAllowedAfterTheWriterCompleted(string kind)
    {
        using var pipe = PipeUnderTest.Create(kind);
        pipe.Writer.Complete();

        Assert.Throws<InvalidOperationException>(() => pipe.Writer.GetMemory());
        Assert.Throws<InvalidOperationException>(() => pipe.Writer.GetSpan());
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await pipe.Writer.WriteAsync(PipeRig.Bytes(5)));
        Assert.False((await pipe.Writer.FlushAsync()).IsCanceled);
    }
}
