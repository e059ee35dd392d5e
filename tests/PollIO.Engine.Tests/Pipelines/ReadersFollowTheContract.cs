using System.Buffers;
using System.IO.Pipelines;

namespace PollIO.Tests.Pipelines;

/// <summary>What code written for a <see cref="PipeReader"/> relies on, asked of the library's reader and of ours.</summary>
public sealed class ReadersFollowTheContract
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    public static TheoryData<string> Kinds => PipeUnderTest.Kinds;

    [Theory, MemberData(nameof(Kinds))]
    public async Task WhatWasSuppliedIsRead(string kind)
    {
        using var pipe = PipeUnderTest.Create(kind);
        byte[] bytes = PipeRig.Bytes(50);
        pipe.Supply(bytes);

        ReadResult result = await pipe.Reader.ReadAsync(TestContext.Current.CancellationToken);

        Assert.Equal((false, false), (result.IsCanceled, result.IsCompleted));
        Assert.Equal(bytes, result.Buffer.ToArray());
        pipe.Reader.AdvanceTo(result.Buffer.End);
        Assert.False(pipe.Reader.TryRead(out _));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task PendingReadEndsWhenBytesCome(string kind)
    {
        using var pipe = PipeUnderTest.Create(kind);
        ValueTask<ReadResult> read = pipe.Reader.ReadAsync();
        Assert.False(read.IsCompleted);

        pipe.Supply(PipeRig.Bytes(20));

        ReadResult result = await read.AsTask().WaitAsync(s_patience);
        Assert.Equal(20, result.Buffer.Length);
        pipe.Reader.AdvanceTo(result.Buffer.End);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task WhatWasExaminedIsNotGivenAgainBeforeMoreComes(string kind)
    {
        using var pipe = PipeUnderTest.Create(kind);
        pipe.Supply(PipeRig.Bytes(20));
        ReadResult result = await pipe.Reader.ReadAsync();
        pipe.Reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        Assert.False(pipe.Reader.TryRead(out _));
        ValueTask<ReadResult> read = pipe.Reader.ReadAsync();
        Assert.False(read.IsCompleted);

        pipe.Supply(PipeRig.Bytes(30));

        result = await read.AsTask().WaitAsync(s_patience);
        Assert.Equal([.. PipeRig.Bytes(20), .. PipeRig.Bytes(30)], result.Buffer.ToArray());
        pipe.Reader.AdvanceTo(result.Buffer.End);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task WhatWasNotExaminedIsGivenAgainAtOnce(string kind)
    {
        using var pipe = PipeUnderTest.Create(kind);
        byte[] bytes = PipeRig.Bytes(20);
        pipe.Supply(bytes);
        ReadResult result = await pipe.Reader.ReadAsync();
        pipe.Reader.AdvanceTo(result.Buffer.GetPosition(5), result.Buffer.GetPosition(12));

        Assert.True(pipe.Reader.TryRead(out result));

        Assert.Equal(bytes[5..], result.Buffer.ToArray());
        pipe.Reader.AdvanceTo(result.Buffer.GetPosition(10));
        Assert.True(pipe.Reader.TryRead(out _));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task EndOfTheSourceIsReportedWithTheLastBytes(string kind)
    {
        using var pipe = PipeUnderTest.Create(kind);
        pipe.Supply(PipeRig.Bytes(20));
        pipe.EndSource();

        ReadResult result = await pipe.Reader.ReadAsync();
        Assert.True(result.IsCompleted);
        Assert.Equal(20, result.Buffer.Length);
        pipe.Reader.AdvanceTo(result.Buffer.End);

        Assert.True(pipe.Reader.TryRead(out result));
        Assert.Equal((true, 0), (result.IsCompleted, result.Buffer.Length));
        pipe.Reader.AdvanceTo(result.Buffer.End);
        Assert.True((await pipe.Reader.ReadAsync()).IsCompleted);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task PendingReadEndsWithTheSource(string kind)
    {
        using var pipe = PipeUnderTest.Create(kind);
        ValueTask<ReadResult> read = pipe.Reader.ReadAsync();

        pipe.EndSource();

        ReadResult result = await read.AsTask().WaitAsync(s_patience);
        Assert.Equal((true, 0), (result.IsCompleted, result.Buffer.Length));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task ErrorOfTheSourceIsThrown(string kind)
    {
        using var pipe = PipeUnderTest.Create(kind);
        var error = new PollIOException("receive", "rig:", "gone");
        ValueTask<ReadResult> read = pipe.Reader.ReadAsync();

        pipe.EndSource(error);

        Assert.Same(error, await Assert.ThrowsAsync<PollIOException>(() => read.AsTask().WaitAsync(s_patience)));
        Assert.Same(error, await Assert.ThrowsAsync<PollIOException>(async () => await pipe.Reader.ReadAsync()));
        Assert.Same(error, Assert.Throws<PollIOException>(() => pipe.Reader.TryRead(out _)));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task CancelledPendingReadSaysSoOnce(string kind)
    {
        using var pipe = PipeUnderTest.Create(kind);
        ValueTask<ReadResult> read = pipe.Reader.ReadAsync();

        pipe.Reader.CancelPendingRead();

        ReadResult result = await read.AsTask().WaitAsync(s_patience);
        Assert.Equal((true, 0), (result.IsCanceled, result.Buffer.Length));
        pipe.Reader.AdvanceTo(result.Buffer.End);
        Assert.False(pipe.Reader.TryRead(out _));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task CancellingBeforeTheReadCancelsTheNext(string kind)
    {
        using var pipe = PipeUnderTest.Create(kind);
        pipe.Supply(PipeRig.Bytes(20));
        pipe.Reader.CancelPendingRead();

        ReadResult result = await pipe.Reader.ReadAsync();

        Assert.Equal((true, 20), (result.IsCanceled, result.Buffer.Length));
        pipe.Reader.AdvanceTo(result.Buffer.Start);
        result = await pipe.Reader.ReadAsync();
        Assert.Equal((false, 20), (result.IsCanceled, result.Buffer.Length));
    }

    [Theory, MemberData(nameof(Kinds))]
    public void CancellingMakesTryReadSucceed(string kind)
    {
        using var pipe = PipeUnderTest.Create(kind);
        pipe.Reader.CancelPendingRead();

        Assert.True(pipe.Reader.TryRead(out ReadResult result));
        Assert.True(result.IsCanceled);
        Assert.False(pipe.Reader.TryRead(out _));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task CancelledReadNeedNotBeEnded(string kind)
    {
        using var pipe = PipeUnderTest.Create(kind);
        pipe.Reader.CancelPendingRead();
        Assert.True((await pipe.Reader.ReadAsync()).IsCanceled);
        pipe.Supply(PipeRig.Bytes(20));

        Assert.Equal(20, (await pipe.Reader.ReadAsync()).Buffer.Length);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task TokenEndsThePendingReadAndTheReaderGoesOn(string kind)
    {
        using var pipe = PipeUnderTest.Create(kind);
        using var source = new CancellationTokenSource();
        ValueTask<ReadResult> read = pipe.Reader.ReadAsync(source.Token);

        await source.CancelAsync();

        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read.AsTask().WaitAsync(s_patience));
        Assert.Equal(source.Token, error.CancellationToken);
        pipe.Supply(PipeRig.Bytes(20));
        Assert.Equal(20, (await pipe.Reader.ReadAsync()).Buffer.Length);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task CancelledTokenEndsTheReadBeforeItBegins(string kind)
    {
        using var pipe = PipeUnderTest.Create(kind);
        pipe.Supply(PipeRig.Bytes(20));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await pipe.Reader.ReadAsync(new CancellationToken(canceled: true)));

        Assert.True(pipe.Reader.TryRead(out _));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task ReadAtLeastWaitsForThatMany(string kind)
    {
        using var pipe = PipeUnderTest.Create(kind);
        pipe.Supply(PipeRig.Bytes(20));
        ValueTask<ReadResult> read = pipe.Reader.ReadAtLeastAsync(50);
        Assert.False(read.IsCompleted);
        pipe.Supply(PipeRig.Bytes(29));
        Assert.False(read.IsCompleted);

        pipe.Supply(PipeRig.Bytes(10));

        ReadResult result = await read.AsTask().WaitAsync(s_patience);
        Assert.Equal(59, result.Buffer.Length);
        pipe.Reader.AdvanceTo(result.Buffer.Start, result.Buffer.Start);
        Assert.Equal(59, (await pipe.Reader.ReadAtLeastAsync(59)).Buffer.Length);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task ReadAtLeastGivesLessAtTheEnd(string kind)
    {
        using var pipe = PipeUnderTest.Create(kind);
        pipe.Supply(PipeRig.Bytes(20));
        ValueTask<ReadResult> read = pipe.Reader.ReadAtLeastAsync(50);

        pipe.EndSource();

        ReadResult result = await read.AsTask().WaitAsync(s_patience);
        Assert.Equal((true, 20), (result.IsCompleted, result.Buffer.Length));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task CopyAndStreamGiveEveryByte(string kind)
    {
        using var pipe = PipeUnderTest.Create(kind);
        byte[][] packets = [.. Enumerable.Range(1, 40).Select(i => PipeRig.Bytes(i))];
        using var copy = new MemoryStream();
        Task copying = pipe.Reader.CopyToAsync(copy);
        Array.ForEach(packets, pipe.Supply);
        pipe.EndSource();
        await copying.WaitAsync(s_patience);
        Assert.Equal(packets.SelectMany(bytes => bytes), copy.ToArray());

        using var other = PipeUnderTest.Create(kind);
        Array.ForEach(packets, other.Supply);
        other.EndSource();
        using var read = new MemoryStream();
        await other.Reader.AsStream().CopyToAsync(read);
        Assert.Equal(copy.ToArray(), read.ToArray());
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task ReadingTwiceThrows(string kind)
    {
        using var pipe = PipeUnderTest.Create(kind);
        pipe.Supply(PipeRig.Bytes(20));
        ReadResult result = await pipe.Reader.ReadAsync();

        Assert.Throws<InvalidOperationException>(() => { _ = pipe.Reader.ReadAsync(); });
        Assert.Throws<InvalidOperationException>(() => pipe.Reader.TryRead(out _));

        pipe.Reader.AdvanceTo(result.Buffer.End);
        ValueTask<ReadResult> pending = pipe.Reader.ReadAsync();
        Assert.Throws<InvalidOperationException>(() => pipe.Reader.TryRead(out _));
        pipe.EndSource();
        await pending.AsTask().WaitAsync(s_patience);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void AdvancingWithoutAReadThrows(string kind)
    {
        using var pipe = PipeUnderTest.Create(kind);
        pipe.Supply(PipeRig.Bytes(20));
        Assert.True(pipe.Reader.TryRead(out ReadResult result));
        pipe.Reader.AdvanceTo(result.Buffer.Start);

        Assert.Throws<InvalidOperationException>(() => pipe.Reader.AdvanceTo(result.Buffer.Start));
    }

    [Theory, MemberData(nameof(Kinds))]
    public void PositionsInTheWrongOrderThrow(string kind)
    {
        using var pipe = PipeUnderTest.Create(kind);
        pipe.Supply(PipeRig.Bytes(20));
        Assert.True(pipe.Reader.TryRead(out ReadResult result));

        Assert.Throws<InvalidOperationException>(() => pipe.Reader.AdvanceTo(result.Buffer.End, result.Buffer.Start));
    }

    [Theory, MemberData(nameof(Kinds))]
    public void ExaminingLessThanBeforeGivesTheRestAgain(string kind)
    {
        using var pipe = PipeUnderTest.Create(kind);
        pipe.Supply(PipeRig.Bytes(20));
        Assert.True(pipe.Reader.TryRead(out ReadResult result));
        pipe.Reader.AdvanceTo(result.Buffer.Start, result.Buffer.GetPosition(10));
        Assert.True(pipe.Reader.TryRead(out result));

        pipe.Reader.AdvanceTo(result.Buffer.Start, result.Buffer.GetPosition(5));

        Assert.True(pipe.Reader.TryRead(out result));
        Assert.Equal(20, result.Buffer.Length);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task NothingIsAllowedAfterTheReaderCompleted(string kind)
    {
        using var pipe = PipeUnderTest.Create(kind);
        pipe.Supply(PipeRig.Bytes(20));
        Assert.True(pipe.Reader.TryRead(out ReadResult result));

        pipe.Reader.Complete();
        pipe.Reader.Complete();

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await pipe.Reader.ReadAsync());
        Assert.Throws<InvalidOperationException>(() => pipe.Reader.TryRead(out _));
        Assert.Throws<InvalidOperationException>(() => pipe.Reader.AdvanceTo(result.Buffer.End));
    }
}
