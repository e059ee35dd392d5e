using System.Buffers.Binary;
using PollIO.Pmd.Interop;
using PollIO.Pmd.Virtio;
using PollIO.Pmd.Virtio.Device;
using static PollIO.Pmd.VhostUser.VhostUserSpec;

namespace PollIO.Pmd.VhostUser;

internal sealed partial class VhostBackend
{
    private bool ApplyToRing(VhostUserMessage message)
    {
        switch (message.Request)
        {
            case VHOST_USER_SET_VRING_NUM:
                SetSize(RingOf(message), message.ReadUInt32(4));
                return true;
            case VHOST_USER_SET_VRING_BASE:
                ChangeRing(RingOf(message), ring => ring.Base = message.ReadUInt32(4));
                return true;
            case VHOST_USER_SET_VRING_ADDR:
                SetAddresses(RingOf(message), message);
                return true;
            case VHOST_USER_SET_VRING_ENABLE:
                ChangeRing(RingOf(message), ring => ring.IsEnabled = message.ReadUInt32(4) != 0);
                return true;
            case VHOST_USER_SET_VRING_KICK:
                SetDescriptor(message, (ring, descriptor) =>
                {
                    ring.SetKick(descriptor);
                    ring.IsStarted = true;
                });
                return true;
            case VHOST_USER_SET_VRING_CALL:
                SetDescriptor(message, (ring, descriptor) => ring.SetCall(descriptor));
                return true;
            case VHOST_USER_SET_VRING_ERR:
                SetDescriptor(message, (ring, descriptor) => ring.SetError(descriptor));
                return true;
            default:
                return false;
        }
    }

    private BackendRing RingOf(VhostUserMessage message) => RingAt(message.ReadUInt32(0));

    private BackendRing RingAt(ulong index) => index < (ulong)_rings.Length
        ? _rings[index]
        : throw new VhostUserException($"ring {index} was named, and there are {_rings.Length}");

    private void SetSize(BackendRing ring, uint size)
    {
        if (!uint.IsPow2(size) || size > VirtioSpec.MaxRingSize || size > _port.MaxRingSize)
        {
            throw new VhostUserException($"a ring of {size} descriptors: a power of two up to {_port.MaxRingSize} is taken");
        }

        ChangeRing(ring, changed => changed.Size = size);
    }

    private void SetAddresses(BackendRing ring, VhostUserMessage message)
    {
        // struct vhost_vring_addr: index, flags, descriptors, used, available, log.
        ulong? log = (message.ReadUInt32(4) & VHOST_VRING_F_LOG) != 0 ? message.ReadUInt64(32) : null;
        (ulong descriptors, ulong used, ulong available) = (message.ReadUInt64(8), message.ReadUInt64(16), message.ReadUInt64(24));
        ChangeRing(ring, changed =>
        {
            changed.Addresses = (descriptors, available, used);
            changed.LogAddress = log;
            changed.HasAddresses = true;
        });
    }

    private void SetDescriptor(VhostUserMessage message, Action<BackendRing, int> set)
    {
        ulong value = message.ReadUInt64(0);
        BackendRing ring = RingAt(value & RingIndexMask);
        int descriptor = (value & NoDescriptorFlag) != 0 ? -1 : message.TakeDescriptor(0);
        try
        {
            if (descriptor >= 0)
            {
                EventNotifier.Check(descriptor);
            }
            else if ((value & NoDescriptorFlag) == 0)
            {
                throw new VhostUserException($"request {message.Request} came without its descriptor");
            }
        }
        catch
        {
            if (descriptor >= 0)
            {
                _ = LibcSocket.Close(descriptor);
            }

            throw;
        }

        ChangeRing(ring, changed => set(changed, descriptor));
    }

    private void StopRing(VhostUserMessage message)
    {
        BackendRing ring = RingOf(message);
        ChangeRing(ring, changed =>
        {
            // A ring that ran was noted at its base when it was taken off its queue.
            changed.IsStarted = false;
            changed.SetKick(-1);
        });
        Span<byte> payload = stackalloc byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(payload, (uint)ring.Index);
        BinaryPrimitives.WriteUInt32LittleEndian(payload[4..], ring.Base);
        _channel.Send(message.Request, ReplyFlag, payload);
    }

    private void ChangeRing(BackendRing ring, Action<BackendRing> change) => _port.Change(() =>
    {
        TakeOff(ring);
        change(ring);
        PutOn(ring);
    });

    private void ChangeRings(Action change) => _port.Change(() =>
    {
        Array.ForEach(_rings, TakeOff);
        change();
        Array.ForEach(_rings, PutOn);
    });

    private void Report(BackendRing ring)
    {
        if (ring.Running is { Violation: not RingViolation.None } stopped && !ring.IsReported)
        {
            _violations.Add(stopped.Violation);
            ring.IsReported = true;
            ring.SignalError();
        }
    }

    /// <summary>Takes a ring off its queue; it goes on later from where it was.</summary>
    private void TakeOff(BackendRing ring)
    {
        Report(ring);
        if (ring.Running is { } running)
        {
            ring.Base = running.Base;
            ring.Running = null;
            Attach(ring, null);
        }
    }

    /// <summary>Puts a ring on its queue, when all it needs is there.</summary>
    private void PutOn(BackendRing ring)
    {
        if (!ring.CanRun)
        {
            return;
        }

        bool packed = DeviceRings.IsPacked(Features);
        if (!DeviceRingPlace.TryFind(_memory, packed, ring.Size, ring.Addresses, ring.Base, out DeviceRingPlace place))
        {
            // Between a new memory table and new addresses a ring may be nowhere.
            return;
        }

        ring.IsReported = false;
        ring.Running = _port.CreateRing(ring, in place, _memory, Features, LogsOf(ring, in place));
        Attach(ring, ring.Running);
    }

    private void Attach(BackendRing ring, DeviceRing? running) => _port.AttachRing(ring.Index, running, ring.Kick);
}
