namespace PollIO.Tests.Memory;

public sealed class DomainsFollowTheMemory
{
    private readonly List<string> _journal = [];
    private readonly DmaMemory _memory = TestMemory.Create();

    [Fact]
    public void EveryDomainIsToldOfAddingAndRemovingInOrder()
    {
        RecordingDomain a = Attach("a"), b = Attach("b");

        DmaRegion region = _memory.Allocate(new DmaRequest(4096));
        _memory.Free(region);

        string at = $"{region.Address:x}";
        Assert.Equal([$"a+{at}", $"b+{at}", $"b-{at}", $"a-{at}"], _journal);
        Assert.Empty(a.Mapped);
        Assert.Empty(b.Mapped);
    }

    [Fact]
    public void AttachBringsWhatIsThereAndDetachTakesIt()
    {
        DmaRegion first = _memory.Allocate(new DmaRequest(4096));
        DmaRegion second = _memory.Allocate(new DmaRequest(4096));

        RecordingDomain domain = Attach("a");
        Assert.True(_memory.IsAttached(domain));
        Assert.Equal(_memory.Regions, domain.Mapped);

        _memory.Detach(domain);
        Assert.False(_memory.IsAttached(domain));
        Assert.Empty(domain.Mapped);
        _memory.Detach(domain);

        _memory.Free(first);
        _memory.Free(second);
        Assert.Equal(4, _journal.Count);
    }

    [Fact]
    public void DomainThatRefusesARegionLeavesNothingBehind()
    {
        RecordingDomain willing = Attach("willing"), refusing = Attach("refusing");
        refusing.Refuses = static _ => true;

        Assert.Throws<PollIOException>(() => _memory.Allocate(new DmaRequest(4096)));

        Assert.Empty(_memory.Regions);
        Assert.Empty(willing.Mapped);
        refusing.Refuses = static _ => false;
        DmaRegion region = _memory.Allocate(new DmaRequest(4096));
        Assert.Equal([region], refusing.Mapped);
        _memory.Free(region);
    }

    [Fact]
    public void DomainThatRefusesWhatIsThereIsNotAttached()
    {
        DmaRegion[] regions = [.. Enumerable.Range(0, 3).Select(_ => _memory.Allocate(new DmaRequest(4096)))];
        var domain = new RecordingDomain("a", _journal) { Refuses = region => region == _memory.Regions[2] };

        Assert.Throws<PollIOException>(() => _memory.Attach(domain));

        Assert.Empty(domain.Mapped);
        Assert.False(_memory.IsAttached(domain));
        Array.ForEach(regions, _memory.Free);
        Assert.Equal(4, _journal.Count);
    }

    [Fact]
    public void AttachingTwiceIsRefused()
    {
        RecordingDomain domain = Attach("a");

        Assert.Throws<ArgumentException>(() => _memory.Attach(domain));
    }

    [Fact]
    public void FreeingTwiceIsRefused()
    {
        RecordingDomain domain = Attach("a");
        DmaRegion region = _memory.Allocate(new DmaRequest(4096));
        _memory.Free(region);

        Assert.Contains("not in this DmaMemory", Assert.Throws<ArgumentException>(() => _memory.Free(region)).Message, StringComparison.Ordinal);
        Assert.Equal(2, domain.Journal.Count);
    }

    private RecordingDomain Attach(string name)
    {
        var domain = new RecordingDomain(name, _journal);
        _memory.Attach(domain);
        return domain;
    }
}
