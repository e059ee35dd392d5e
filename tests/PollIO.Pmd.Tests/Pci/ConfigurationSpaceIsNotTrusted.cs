using Microsoft.Win32.SafeHandles;
using PollIO.Pmd.Hugepages;
using PollIO.Pmd.Pci;

namespace PollIO.Pmd.Tests.Pci;

[Trait("tier", "unit")]
public sealed class ConfigurationSpaceIsNotTrusted : IDisposable
{
    private const int Offset = 0x1000;

    private readonly byte[] _bytes = new byte[PciSpec.ConfigBytes];
    private readonly string _path = Path.GetTempFileName();
    private readonly SafeFileHandle _file;
    private readonly ConfigSpace _config;

    public ConfigurationSpaceIsNotTrusted()
    {
        Assert.SkipUnless(NativeShim.IsAvailable, NativeShim.Problem ?? "");
        _file = File.OpenHandle(_path, FileMode.Open, FileAccess.ReadWrite);
        _config = new ConfigSpace(_file, Offset, PciSpec.ConfigBytes);
        _bytes[PciSpec.Status] = (byte)PciSpec.StatusCapabilities;
        _bytes[PciSpec.CapabilitiesPointer] = 0x40;
    }

    public void Dispose()
    {
        _file.Dispose();
        File.Delete(_path);
    }

    [Fact]
    public void CapabilityIsFoundDownTheChain()
    {
        Put(0x40, 0x01, 0x50);
        Put(0x50, 0x05, 0xf4);
        Put(0xf4, PciSpec.CapabilityMsiX, 0);
        Save();

        Assert.Equal(0xf4, _config.FindCapability(PciSpec.CapabilityMsiX));
        Assert.Equal(0x50, _config.FindCapability(0x05));
        Assert.Equal(0, _config.FindCapability(0x10));
    }

    [Theory]
    [InlineData(0x40)]
    [InlineData(0x50)]
    [InlineData(0x3c)]
    [InlineData(0x04)]
    public void ChainThatNeverEndsOrLeadsIntoTheHeaderEnds(byte next)
    {
        Put(0x40, 0x01, 0x50);
        Put(0x50, 0x05, next);
        Save();

        Assert.Equal(0, _config.FindCapability(PciSpec.CapabilityMsiX));
    }

    [Fact]
    public void DeviceWithoutCapabilitiesHasNone()
    {
        _bytes[PciSpec.Status] = 0;
        Put(0x40, PciSpec.CapabilityMsiX, 0);
        Save();

        Assert.Equal(0, _config.FindCapability(PciSpec.CapabilityMsiX));
    }

    [Fact]
    public void TableOfTheBarIsWhereTheCapabilitySays()
    {
        Put(0x40, PciSpec.CapabilityMsiX, 0);
        _bytes[0x42] = 4;
        BitConverter.TryWriteBytes(_bytes.AsSpan(0x44), 0x2003u);
        Save();

        Assert.Equal(new BarArea(0x2000, 80), _config.FindMsiXTable(3));
        Assert.Equal(default, _config.FindMsiXTable(0));
    }

    [Fact]
    public void TableAtTheEdgeOfTheSpaceIsNone()
    {
        _bytes[PciSpec.CapabilitiesPointer] = 0xfc;
        Put(0xfc, PciSpec.CapabilityMsiX, 0);
        Save();

        Assert.Equal(default, _config.FindMsiXTable(0));
    }

    [Fact]
    public void CommandBitsAreChangedOneByOne()
    {
        BitConverter.TryWriteBytes(_bytes.AsSpan(PciSpec.Command), (ushort)0x0107);
        Save();

        _config.ChangeCommand(PciSpec.CommandInterruptDisable, PciSpec.CommandBusMaster);

        Assert.Equal(0x0503u, _config.Read(PciSpec.Command, 2));
        Assert.Equal(PciSpec.StatusCapabilities, _config.Read(PciSpec.Status, 2));
    }

    [Fact]
    public void SilentDeviceReadsAllOnes()
    {
        Assert.Equal(0xffu, _config.Read(0, 1));
        Assert.Equal(0xffffu, _config.Read(0, 2));
        Assert.Equal(uint.MaxValue, _config.Read(0, 4));
        Assert.Equal(new PciId(0xffff, 0xffff), _config.Id);
        Assert.Equal(0, _config.FindCapability(PciSpec.CapabilityMsiX));
    }

    [Theory]
    [InlineData(0, 3)]
    [InlineData(0, 8)]
    [InlineData(-1, 1)]
    [InlineData(253, 4)]
    [InlineData(256, 1)]
    public void AccessesOutsideAreRefused(int offset, int size) => Assert.Throws<ArgumentOutOfRangeException>(() => _config.Read(offset, size));

    private void Put(int at, byte id, byte next)
    {
        _bytes[at] = id;
        _bytes[at + 1] = next;
    }

    private void Save() => RandomAccess.Write(_file, _bytes, Offset);
}
