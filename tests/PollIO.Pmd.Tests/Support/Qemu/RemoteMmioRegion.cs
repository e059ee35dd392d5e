using PollIO.Pmd.Pci;

namespace PollIO.Pmd.Tests.Support.Qemu;

/// <summary>A BAR of a device model in another process; each access is a message and its answer.</summary>
internal sealed class RemoteMmioRegion(RemoteConnection connection, ulong address, int length) : MmioRegion
{
    internal override int Length => length;

    internal override byte Read8(int offset) => (byte)Read(offset, 1);

    internal override ushort Read16(int offset) => (ushort)Read(offset, 2);

    internal override uint Read32(int offset) => (uint)Read(offset, 4);

    internal override void Write8(int offset, byte value) => Write(offset, value, 1);

    internal override void Write16(int offset, ushort value) => Write(offset, value, 2);

    internal override void Write32(int offset, uint value) => Write(offset, value, 4);

    private ulong Read(int offset, uint size) =>
        connection.Ask(RemoteMessage.ReadBar, new RemoteMessage.Bar { Address = address + (uint)offset, Size = size, IsMemory = 1 });

    private void Write(int offset, uint value, uint size) =>
        connection.Ask(RemoteMessage.WriteBar, new RemoteMessage.Bar { Address = address + (uint)offset, Value = value, Size = size, IsMemory = 1 });
}
