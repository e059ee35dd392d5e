using PollIO.Pmd.Hugepages;
using PollIO.Pmd.Pci;

namespace PollIO.Pmd.Tests.Pci;

public sealed class AttributesAnswerWithErrno
{
    [Fact]
    public void AttributeThatIsNotThereIsNotMade()
    {
        using FakeMachine machine = FakeMachine.Create();
        var tree = new SysfsTree(machine.PathOf("/"));

        Assert.Equal(Errno.ENOENT, tree.Write("/sys/bus/pci/rescan", "1\n"));
        Assert.False(tree.FileExists("/sys/bus/pci/rescan"));
    }

    [Fact]
    public void TextIsWrittenAsItIs()
    {
        using FakeMachine machine = FakeMachine.Create();
        var tree = new SysfsTree(machine.PathOf("/"));

        Assert.Equal(0, tree.Write("/sys/bus/pci/drivers_probe", "0000:03:00.0\n"));
        Assert.Equal("0000:03:00.0\n", File.ReadAllText(machine.PathOf("/sys/bus/pci/drivers_probe")));
    }

    [Fact]
    public void AttributeNobodyMayWriteIsRefusedByTheKernel() =>
        // Not even root may open it for writing; in a container the file system itself may be read-only.
        Assert.Contains(SysfsTree.Machine.Write("/sys/kernel/uevent_seqnum", "1\n"), (int[])[Errno.EACCES, Errno.EROFS]);
}
