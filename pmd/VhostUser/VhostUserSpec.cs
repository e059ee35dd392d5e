namespace PollIO.Pmd.VhostUser;

/// <summary>Constants of the vhost-user protocol (QEMU 7.2, docs/interop/vhost-user.rst), names as there; sections in brackets.</summary>
internal static class VhostUserSpec
{
    // Front-end message types.
    internal const uint VHOST_USER_GET_FEATURES = 1;
    internal const uint VHOST_USER_SET_FEATURES = 2;
    internal const uint VHOST_USER_SET_OWNER = 3;
    internal const uint VHOST_USER_RESET_OWNER = 4;
    internal const uint VHOST_USER_SET_MEM_TABLE = 5;
    internal const uint VHOST_USER_SET_LOG_BASE = 6;
    internal const uint VHOST_USER_SET_LOG_FD = 7;
    internal const uint VHOST_USER_SET_VRING_NUM = 8;
    internal const uint VHOST_USER_SET_VRING_ADDR = 9;
    internal const uint VHOST_USER_SET_VRING_BASE = 10;
    internal const uint VHOST_USER_GET_VRING_BASE = 11;
    internal const uint VHOST_USER_SET_VRING_KICK = 12;
    internal const uint VHOST_USER_SET_VRING_CALL = 13;
    internal const uint VHOST_USER_SET_VRING_ERR = 14;
    internal const uint VHOST_USER_GET_PROTOCOL_FEATURES = 15;
    internal const uint VHOST_USER_SET_PROTOCOL_FEATURES = 16;
    internal const uint VHOST_USER_GET_QUEUE_NUM = 17;
    internal const uint VHOST_USER_SET_VRING_ENABLE = 18;
    internal const uint VHOST_USER_GET_CONFIG = 24;
    internal const uint VHOST_USER_SET_CONFIG = 25;
    internal const uint VHOST_USER_GET_MAX_MEM_SLOTS = 36;
    internal const uint VHOST_USER_ADD_MEM_REG = 37;
    internal const uint VHOST_USER_REM_MEM_REG = 38;

    // Flags of a message (Header).
    internal const uint Version = 1;
    internal const uint VersionMask = 3;
    internal const uint ReplyFlag = 1 << 2;
    internal const uint NeedReplyFlag = 1 << 3;

    /// <summary>The device feature bit that says there are protocol features (Starting and stopping rings).</summary>
    internal const ulong VHOST_USER_F_PROTOCOL_FEATURES = 1UL << 30;

    /// <summary>The device feature bit under which writes to buffers are logged (Migration).</summary>
    internal const ulong VHOST_F_LOG_ALL = 1UL << 26;

    /// <summary>The flag of a ring's addresses under which writes to the ring are logged (A vring address description).</summary>
    internal const uint VHOST_VRING_F_LOG = 1 << 0;

    // Protocol features.
    internal const ulong VHOST_USER_PROTOCOL_F_MQ = 1UL << 0;
    internal const ulong VHOST_USER_PROTOCOL_F_LOG_SHMFD = 1UL << 1;
    internal const ulong VHOST_USER_PROTOCOL_F_REPLY_ACK = 1UL << 3;
    internal const ulong VHOST_USER_PROTOCOL_F_CONFIG = 1UL << 9;
    internal const ulong VHOST_USER_PROTOCOL_F_CONFIGURE_MEM_SLOTS = 1UL << 15;

    /// <summary>In the payload of a message with a descriptor: there is none (A vring descriptor index).</summary>
    internal const ulong NoDescriptorFlag = 1 << 8;

    /// <summary>The ring's number in the same payload.</summary>
    internal const ulong RingIndexMask = 0xff;

    /// <summary>Descriptors a message carries at most, and regions a table holds (Memory regions description).</summary>
    internal const int MaxDescriptors = 8;

    internal const int HeaderLength = 12;

    /// <summary>Bytes of a region in a table.</summary>
    internal const int RegionLength = 32;

    /// <summary>Longest payload taken: a virtio configuration space or a table of eight regions is the longest there is.</summary>
    internal const int MaxPayload = 512;
}
