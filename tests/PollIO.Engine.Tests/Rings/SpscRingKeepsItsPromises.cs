namespace PollIO.Tests.Rings;

public sealed class SpscRingKeepsItsPromises : RingContract
{
    [Fact]
    public void OneItemIsARing()
    {
        var ring = new SpscRing<int>(1);

        Assert.Equal(1, ring.Capacity);
        Assert.Equal(1, ring.EnqueueBurst([7, 8]));
        var items = new int[2];
        Assert.Equal(1, ring.DequeueBurst(items));
        Assert.Equal(7, items[0]);
    }

    private protected override IRing Create(int capacity) => new Adapter(new SpscRing<long>(capacity));

    private sealed class Adapter(SpscRing<long> ring) : IRing
    {
        public int Capacity => ring.Capacity;

        public int Count => ring.Count;

        public int EnqueueBurst(ReadOnlySpan<long> items) => ring.EnqueueBurst(items);

        public bool TryEnqueueBulk(ReadOnlySpan<long> items) => ring.TryEnqueueBulk(items);

        public int DequeueBurst(Span<long> items) => ring.DequeueBurst(items);

        public bool TryDequeueBulk(Span<long> items) => ring.TryDequeueBulk(items);
    }
}
