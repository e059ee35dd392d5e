namespace PollIO.Tests.Rings;

public sealed class MpmcRingKeepsItsPromises : RingContract
{
    [Fact]
    public void OneItemIsRoundedUpToTwo() => Assert.Equal(2, new MpmcRing<int>(1).Capacity);

    [Theory]
    [InlineData(2, 15_000)]
    [InlineData(64, 100_000)]
    public void TwoProducersAndTwoConsumersMoveEveryItemOnceAndInOrder(int capacity, int each)
    {
        IRing ring = Create(capacity);
        long left = 2L * each;
        long sum = 0;
        void Consume(int seed)
        {
            var random = new Random(seed);
            var burst = new long[40];
            long own = 0;
            long lastOfFirst = -1, lastOfSecond = each - 1;
            while (Volatile.Read(ref left) > 0)
            {
                int count = ring.DequeueBurst(burst.AsSpan(0, random.Next(1, burst.Length)));
                for (int i = 0; i < count; i++)
                {
                    // What one producer sent reaches one consumer in order, with gaps.
                    ref long last = ref burst[i] < each ? ref lastOfFirst : ref lastOfSecond;
                    Assert.True(burst[i] > last);
                    last = burst[i];
                    own += burst[i];
                }

                Interlocked.Add(ref left, -count);
                if (count == 0)
                {
                    Thread.Yield();
                }
            }

            Interlocked.Add(ref sum, own);
        }

        LCoreThread.RunAll(
            (false, () => Produce(ring, 0, each, seed: 1)),
            (false, () => Produce(ring, each, each, seed: 2)),
            (false, () => Consume(3)),
            (false, () => Consume(4)));

        Assert.Equal(0, left);
        Assert.Equal(2L * each * ((2L * each) - 1) / 2, sum);
    }

    private protected override IRing Create(int capacity) => new Adapter(new MpmcRing<long>(capacity));

    private sealed class Adapter(MpmcRing<long> ring) : IRing
    {
        public int Capacity => ring.Capacity;

        public int Count => ring.Count;

        public int EnqueueBurst(ReadOnlySpan<long> items) => ring.EnqueueBurst(items);

        public bool TryEnqueueBulk(ReadOnlySpan<long> items) => ring.TryEnqueueBulk(items);

        public int DequeueBurst(Span<long> items) => ring.DequeueBurst(items);

        public bool TryDequeueBulk(Span<long> items) => ring.TryDequeueBulk(items);
    }
}
