using System.Diagnostics;
using PollIO.Pmd.Pci;
using PollIO.Pmd.Virtio;
using PollIO.Pmd.Virtio.Driver;
using static PollIO.Pmd.VirtioPci.VirtioPciSpec;

namespace PollIO.Pmd.VirtioPci;

/// <summary>
/// A modern virtio device's common configuration, in the order virtio 1.2 §3.1.1 wants it: reset, features, queues, going. What the
/// queues carry is for others to know.
/// </summary>
internal sealed class VirtioPciTransport
{
    private const int MaxReadings = 100;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly string _name;
    private readonly VirtioPciCapabilities _at;

    /// <summary>Finds the device's structures and resets it.</summary>
    /// <exception cref="PollIOException">It has no modern interface, or does not answer.</exception>
    internal VirtioPciTransport(string name, PciDevice device)
    {
        _name = name;
        _at = VirtioPciCapabilities.Find(name, device);
        Reset();
    }

    /// <summary>Bytes of the device's own configuration.</summary>
    internal int ConfigLength => _at.Device.Length;

    /// <summary>Queues the device has.</summary>
    internal int QueueCount => _at.Common.Read16(VirtioPciSpec.QueueCount);

    /// <summary>The device's status (§2.1): all ones when it does not answer.</summary>
    internal byte Status => _at.Common.Read8(DeviceStatus);

    /// <summary>Resets the device: when this returns it reads and writes no memory (§2.4, §4.1.4.3.2).</summary>
    /// <exception cref="PollIOException">It does not come to an end with that.</exception>
    internal void Reset()
    {
        _at.Common.Write8(DeviceStatus, 0);
        long start = Stopwatch.GetTimestamp();
        var wait = new SpinWait();
        while (Status is not 0 and var status)
        {
            if (status == Gone)
            {
                throw new PollIOException("reset", _name, "its registers read all ones: it is gone, asleep, or its memory decoding is off");
            }

            if (Stopwatch.GetElapsedTime(start) > s_patience)
            {
                throw new PollIOException("reset", _name, $"it does not end its reset (status 0x{status:x2})");
            }

            wait.SpinOnce();
        }
    }

    /// <summary>Tells a device that was reset of its driver, and reads what it offers (§3.1.1, steps 2 to 4).</summary>
    internal ulong Greet()
    {
        AddStatus(ACKNOWLEDGE);
        AddStatus(DRIVER);
        ulong features = 0;
        for (uint word = 0; word < 2; word++)
        {
            _at.Common.Write32(DeviceFeatureSelect, word);
            features |= (ulong)_at.Common.Read32(DeviceFeature) << (int)(32 * word);
        }

        return features;
    }

    /// <summary>Settles the features (§3.1.1, steps 5 and 6).</summary>
    /// <exception cref="PollIOException">The device does not work with this subset of what it offered.</exception>
    internal void Accept(ulong features)
    {
        for (uint word = 0; word < 2; word++)
        {
            _at.Common.Write32(DriverFeatureSelect, word);
            _at.Common.Write32(DriverFeature, (uint)(features >> (int)(32 * word)));
        }

        AddStatus(FEATURES_OK);
        if ((Status & FEATURES_OK) == 0)
        {
            throw new PollIOException("negotiate features", _name, $"the device refused features 0x{features:x} of those it offered");
        }
    }

    /// <summary>The largest ring a queue takes, in descriptors; 0 when there is no such queue.</summary>
    internal int MaxSizeOf(int queue)
    {
        if (queue >= QueueCount)
        {
            return 0;
        }

        _at.Common.Write16(QueueSelect, (ushort)queue);
        return _at.Common.Read16(QueueSize);
    }

    /// <summary>Sets a queue up (§4.1.5.1.3); after this the device may read its ring once it is going.</summary>
    /// <param name="queue">The queue's number.</param>
    /// <param name="memory">Its ring.</param>
    /// <param name="packed">The ring's layout.</param>
    /// <param name="vector">Its MSI-X vector, or VIRTIO_MSI_NO_VECTOR.</param>
    /// <exception cref="PollIOException">The device has no vector for it, or wants to be notified outside its own registers.</exception>
    internal QueueNotifier SetUp(int queue, in DriverRingMemory memory, bool packed, ushort vector)
    {
        VirtioPciWindow common = _at.Common;
        common.Write16(QueueSelect, (ushort)queue);
        common.Write16(QueueSize, (ushort)memory.Size);
        (ulong descriptors, ulong driver, ulong device) = memory.Addresses(packed);
        common.Write64(QueueDescriptors, descriptors);
        common.Write64(QueueDriver, driver);
        common.Write64(QueueDevice, device);
        common.Write16(QueueVector, vector);
        ThrowUnlessSet(QueueVector, vector);

        // §4.1.4.4: the queue's place is its notify offset times the multiplier.
        ulong offset = (ulong)common.Read16(QueueNotifyOffset) * _at.NotifyMultiplier;
        if (offset + sizeof(ushort) > (ulong)_at.Notify.Length || offset % sizeof(ushort) != 0)
        {
            throw new PollIOException("set up queues", _name, $"the device wants notifications of queue {queue} at 0x{offset:x}, outside of its notification area");
        }

        common.Write16(QueueEnable, 1);
        return new DoorbellNotifier(_at.Notify.Bar, _at.Notify.Start + (int)offset, (ushort)queue);
    }

    /// <summary>Chooses the MSI-X vector for changes of the configuration.</summary>
    /// <exception cref="PollIOException">The device has no such vector.</exception>
    internal void SetConfigVector(ushort vector)
    {
        _at.Common.Write16(ConfigVector, vector);
        ThrowUnlessSet(ConfigVector, vector);
    }

    /// <summary>Lets the device go (§3.1.1, step 8).</summary>
    internal void Go() => AddStatus(DRIVER_OK);

    /// <summary>The causes of an INTx interrupt; reading them takes the line down (§4.1.4.5).</summary>
    internal byte TakeCauses() => _at.Isr.Read8(0);

    /// <summary>Reads fields of the device's configuration that belong together, all of one state of it (§2.5.1, §4.1.4.3).</summary>
    /// <remarks>A device that never comes to rest is read as it is.</remarks>
    internal T ReadConfig<T>(Func<VirtioPciWindow, T> read)
    {
        T value;
        int attempts = 0;
        byte before;
        do
        {
            before = _at.Common.Read8(ConfigGeneration);
            value = read(_at.Device);
        }
        while (_at.Common.Read8(ConfigGeneration) != before && ++attempts < MaxReadings);
        return value;
    }

    private void AddStatus(byte bits) => _at.Common.Write8(DeviceStatus, (byte)(Status | bits));

    private void ThrowUnlessSet(int register, ushort vector)
    {
        if (_at.Common.Read16(register) != vector)
        {
            throw new PollIOException("route interrupts", _name, $"the device has no MSI-X vector {vector} left");
        }
    }
}
