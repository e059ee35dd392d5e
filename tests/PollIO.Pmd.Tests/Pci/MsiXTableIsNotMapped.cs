using PollIO.Pmd.Pci;

namespace PollIO.Pmd.Tests.Pci;

[Trait("tier", "unit")]
public sealed class MsiXTableIsNotMapped
{
    private const ulong Page = 4096;

    [Fact]
    public void BarWithoutATableIsMappedWhole() => Assert.Equal([new BarArea(0, 0x20000)], Mappable(default, new BarArea(0, 0x20000)));

    [Fact]
    public void PagesOfTheTableAreLeftOut()
    {
        Assert.Equal([new BarArea(0, 0x2000), new BarArea(0x3000, 0x1000)], Mappable(new BarArea(0x2010, 80), new BarArea(0, 0x4000)));
        Assert.Equal([new BarArea(0x1000, 0x3000)], Mappable(new BarArea(0, 80), new BarArea(0, 0x4000)));
        Assert.Equal([new BarArea(0, 0x3000)], Mappable(new BarArea(0x3ff0, 16), new BarArea(0, 0x4000)));
        Assert.Equal([new BarArea(0, 0x1000)], Mappable(new BarArea(0x1ff0, 0x8000), new BarArea(0, 0x4000)));
        Assert.Empty(Mappable(new BarArea(0, 80), new BarArea(0, 0x1000)));
    }

    [Fact]
    public void TableOutsideTheAreasChangesNothing()
    {
        BarArea[] areas = [new(0, 0x1000), new(0x2000, 0x2000)];

        Assert.Equal(areas, Mappable(new BarArea(0x1000, 0x1000), areas));
        Assert.Equal(areas, Mappable(new BarArea(0x4000, 16), areas));
        Assert.Equal([areas[0], new BarArea(0x3000, 0x1000)], Mappable(new BarArea(0x1800, 0x1000), areas));
    }

    [Fact]
    public void CrookedAreasAreMappedFromTheNextPage() => Assert.Equal([new BarArea(0x1000, 0x800)], Mappable(default, new BarArea(0x10, 0x17f0), new BarArea(0x10, 0x20)));

    private static BarArea[] Mappable(BarArea table, params BarArea[] areas) => [.. BarArea.Mappable(areas, table, Page)];
}
