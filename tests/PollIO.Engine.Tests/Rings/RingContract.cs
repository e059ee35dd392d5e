namespace PollIO.Tests.Rings;

/// <summary>What both rings promise; each has a class of its own that runs these.</summary>
public abstract class RingContract
{
    private protected interface IRing
    {
        int Capacity { get; }

        int Count { get; }

        int EnqueueBurst(ReadOnlySpan<long> items);

        bool TryEnqueueBulk(ReadOnlySpan<long> items);

        int DequeueBurst(Span<long> items);

        bool TryDequeueBulk(Span<long> items);
    }

    [Theory]
    [InlineData(2, 2)]
    [InlineData(3, 4)]
    [InlineData(4, 4)]
    [InlineData(1000, 1024)]
    public void CapacityIsRoundedUpToAPowerOfTwo(int asked, int got)
    {
        Assert.Equal(got, Create(asked).Capacity);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public void ImpossibleCapacityIsRefused(int capacity)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Create(capacity));
    }

    [Fact]
    public void BurstMovesWhatFitsAndBulkAllOrNothing()
    {
        IRing ring = Create(8);
        var five = new long[5];

        Assert.False(ring.TryDequeueBulk(five));
        Assert.Equal(0, ring.DequeueBurst(five));
        Assert.True(ring.TryEnqueueBulk([0, 1, 2, 3, 4]));
        Assert.False(ring.TryEnqueueBulk([5, 6, 7, 8]));
        Assert.Equal(5, ring.Count);
        Assert.Equal(3, ring.EnqueueBurst([5, 6, 7, 8]));
        Assert.Equal(0, ring.EnqueueBurst([8]));
        Assert.Equal(8, ring.Count);

        Assert.False(ring.TryDequeueBulk(new long[9]));
        Assert.True(ring.TryDequeueBulk(five));
        Assert.Equal([0L, 1, 2, 3, 4], five);
        Assert.Equal(3, ring.DequeueBurst(five));
        Assert.Equal([5L, 6, 7], five[..3]);
        Assert.Equal(0, ring.Count);
    }

    [Fact]
    public void EmptyBurstsMoveNothing()
    {
        IRing ring = Create(2);

        Assert.Equal(0, ring.EnqueueBurst([]));
        Assert.True(ring.TryEnqueueBulk([]));
        Assert.Equal(0, ring.DequeueBurst([]));
        Assert.True(ring.TryDequeueBulk([]));
        Assert.False(ring.TryEnqueueBulk(new long[3]));
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(16, 2)]
    [InlineData(64, 3)]
    public void OrderHoldsThroughManyWraps(int capacity, int seed)
    {
        IRing ring = Create(capacity);
        var random = new Random(seed);
        var model = new Queue<long>();
        long next = 0;
        for (int step = 0; step < 5000; step++)
        {
            long[] burst = new long[random.Next(0, capacity + 3)];
            if (random.Next(2) == 0)
            {
                for (int i = 0; i < burst.Length; i++)
                {
                    burst[i] = next + i;
                }

                int room = capacity - model.Count;
                int moved = random.Next(2) == 0 ? ring.EnqueueBurst(burst) : ring.TryEnqueueBulk(burst) ? burst.Length : 0;
                Assert.True(moved == Math.Min(room, burst.Length) || (moved == 0 && burst.Length > room));
                next += moved;
                Array.ForEach(burst[..moved], model.Enqueue);
            }
            else
            {
                int moved = random.Next(2) == 0 ? ring.DequeueBurst(burst) : ring.TryDequeueBulk(burst) ? burst.Length : 0;
                Assert.True(moved == Math.Min(model.Count, burst.Length) || (moved == 0 && burst.Length > model.Count));
                Assert.Equal(Enumerable.Range(0, moved).Select(_ => model.Dequeue()), burst[..moved]);
            }

            Assert.Equal(model.Count, ring.Count);
        }
    }

    [Theory]
    [InlineData(2, 30_000)]
    [InlineData(256, 200_000)]
    public void TwoThreadsSeeEveryItemInOrder(int capacity, int total)
    {
        IRing ring = Create(capacity);
        bool countsWereSane = true;
        bool done = false;
        LCoreThread.RunAll(
            (false, () => Produce(ring, 0, total, seed: 1)),
            (false, () =>
            {
                var random = new Random(2);
                var burst = new long[40];
                for (long expected = 0; expected < total;)
                {
                    int count = ring.DequeueBurst(burst.AsSpan(0, random.Next(1, burst.Length)));
                    for (int i = 0; i < count; i++)
                    {
                        Assert.Equal(expected++, burst[i]);
                    }

                    if (count == 0)
                    {
                        Thread.Yield();
                    }
                }

                Volatile.Write(ref done, true);
            }),
            (false, () =>
            {
                while (!Volatile.Read(ref done))
                {
                    int count = ring.Count;
                    countsWereSane &= count >= 0 && count <= ring.Capacity;
                    Thread.Yield();
                }
            }));

        Assert.True(countsWereSane);
        Assert.Equal(0, ring.Count);
    }

    private protected static void Produce(IRing ring, long first, int count, int seed)
    {
        var random = new Random(seed);
        var burst = new long[40];
        for (int sent = 0; sent < count;)
        {
            int length = Math.Min(random.Next(1, burst.Length), count - sent);
            for (int i = 0; i < length; i++)
            {
                burst[i] = first + sent + i;
            }

            int moved = ring.EnqueueBurst(burst.AsSpan(0, length));
            sent += moved;
            if (moved == 0)
            {
                Thread.Yield();
            }
        }
    }

    private protected abstract IRing Create(int capacity);
}
