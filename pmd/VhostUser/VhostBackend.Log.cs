using PollIO.Pmd.Virtio.Device;
using static PollIO.Pmd.VhostUser.VhostUserSpec;

namespace PollIO.Pmd.VhostUser;

/// <summary>The dirty log: what lets a guest be migrated while its rings run (Migration).</summary>
internal sealed partial class VhostBackend
{
    private PeerMapping? _logMapping;
    private DirtyLog? _log;
    private long _formerUnlogged;

    /// <summary>Writes that lay beyond the log the peer gave.</summary>
    internal long UnloggedWrites => _formerUnlogged + (_log?.Missed ?? 0);

    /// <summary>Maps a log; rings that log go on in it. Without LOG_SHMFD its address would mean nothing here.</summary>
    /// <returns>False when the peer did not negotiate it.</returns>
    private bool TrySetLog(VhostUserMessage message)
    {
        if ((_protocolFeatures & VHOST_USER_PROTOCOL_F_LOG_SHMFD) == 0)
        {
            return false;
        }

        (ulong length, ulong offset) = (message.ReadUInt64(0), message.ReadUInt64(8));
        if (offset % sizeof(ulong) != 0)
        {
            throw new VhostUserException($"a dirty log at 0x{offset:x} of its file: a multiple of {sizeof(ulong)} is taken");
        }

        PeerMapping mapping = PeerMapping.Create(0, 0, length, offset, message.TakeDescriptor(0), "a dirty log");
        ChangeRings(() =>
        {
            UnmapLog();
            _logMapping = mapping;
            _log = new DirtyLog(mapping.Region.Host, mapping.Region.Length);
        });
        return true;
    }

    /// <summary>Gives the log back, which no ring uses any more.</summary>
    private void UnmapLog()
    {
        long unlogged = UnloggedWrites;
        _log = null;
        _formerUnlogged = unlogged;
        Unmap(_logMapping);
        _logMapping = null;
    }

    private DeviceLogs LogsOf(BackendRing ring, in DeviceRingPlace place)
    {
        if (_log is null)
        {
            return default;
        }

        BufferLog? buffers = (Features & VHOST_F_LOG_ALL) != 0 ? new BufferLog(_log, _memory) : null;
        if (ring.LogAddress is not { } device || !_memory.TryFindHost(place.Descriptors, out PeerRegion region))
        {
            return new DeviceLogs(buffers, null);
        }

        // The peer names the address of the used ring only; a packed ring's descriptors are written too.
        ulong descriptors = region.GuestStart + (ulong)(place.Descriptors - region.Host);
        return new DeviceLogs(buffers, new RingLog(_log, descriptors, device));
    }
}
