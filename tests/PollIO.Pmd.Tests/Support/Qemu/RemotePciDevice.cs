using PollIO.Pmd.Interop;
using PollIO.Pmd.Pci;

namespace PollIO.Pmd.Tests.Support.Qemu;

/// <summary>QEMU's model of a PCI device as a driver gets one: registers by message, memory shared, INTx by eventfd.</summary>
internal sealed class RemotePciDevice : PciDevice
{
    private const int Command = 4;
    private const int FirstBar = 0x10;
    private const uint MemoryEnable = 2;
    private const uint BusMaster = 4;
    private const uint BarBase = 0xD000_0000;

    private readonly RemoteConnection _connection;
    private readonly DmaMemory _memory;
    private readonly RemoteDomain _domain;
    private readonly EventDescriptor _unmask = new("remote");
    private readonly EventDescriptor _nowhere = new("remote");
    private readonly Dictionary<int, MmioRegion> _bars = [];
    private bool _disposed;

    internal RemotePciDevice(RemoteConnection connection, DmaMemory memory)
    {
        _connection = connection;
        _memory = memory;
        _domain = new RemoteDomain(connection);
        memory.Attach(_domain);
        uint id = ReadConfig(0, 4);
        Id = new PciId((ushort)id, (ushort)(id >> 16));
    }

    internal override event Action<PciLoss>? Lost;

    internal override string Name => "qemu";

    internal override PciId Id { get; }

    internal override DmaMemory Memory => _memory;

    internal override IovaMap Iova => IovaMap.Identity;

    internal override bool CanReset => false;

    internal bool IsDisposed => Volatile.Read(ref _disposed);

    /// <summary>As the system would ask for it.</summary>
    internal void Lose(PciLoss reason) => Lost?.Invoke(reason);

    internal override MmioRegion GetBar(int index)
    {
        if (_bars.TryGetValue(index, out MmioRegion? known))
        {
            return known;
        }

        int register = FirstBar + (index * 4);
        uint address = BarBase + ((uint)index << 24);
        WriteConfig(register, uint.MaxValue, 4);
        uint mask = ReadConfig(register, 4) & ~0xFu;
        WriteConfig(register, address, 4);
        WriteConfig(Command, ReadConfig(Command, 2) | MemoryEnable, 2);
        return _bars[index] = new RemoteMmioRegion(_connection, address, (int)(~mask + 1));
    }

    internal override uint ReadConfig(int offset, int size) =>
        (uint)_connection.Ask(RemoteMessage.ReadConfig, new RemoteMessage.Config { Address = (uint)offset, Size = size });

    internal override void WriteConfig(int offset, uint value, int size) =>
        _connection.Ask(RemoteMessage.WriteConfig, new RemoteMessage.Config { Address = (uint)offset, Value = value, Size = size });

    internal override void SetBusMaster(bool enabled)
    {
        uint command = ReadConfig(Command, 2);
        WriteConfig(Command, enabled ? command | BusMaster : command & ~BusMaster, 2);
    }

    internal override void Reset()
    {
    }

    internal override int CountInterrupts(PciInterruptKind kind) => kind == PciInterruptKind.IntX ? 1 : 0;

    internal override void EnableInterrupts(PciInterruptKind kind, ReadOnlySpan<int> eventDescriptors) =>
        Route(eventDescriptors[0]);

    internal override void DisableInterrupts() => Route(_nowhere.Number);

    internal override void UnmaskIntX() => _unmask.Signal();

    public override void Dispose()
    {
        if (!_disposed)
        {
            SetBusMaster(false);
            _memory.Detach(_domain);
            _unmask.Dispose();
            _nowhere.Dispose();
            Volatile.Write(ref _disposed, true);
        }
    }

    private void Route(int descriptor)
    {
        ReadOnlySpan<int> descriptors = [descriptor, _unmask.Number];
        _connection.Tell(RemoteMessage.SetInterrupt, [], descriptors);

        // Answered after the message before it was served.
        _ = ReadConfig(0, 4);
        RemoteConnection.RestoreNonBlocking(descriptors);
    }
}
