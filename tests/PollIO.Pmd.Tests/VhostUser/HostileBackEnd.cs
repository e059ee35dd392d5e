using System.Buffers.Binary;
using PollIO.Pmd.Interop;
using PollIO.Pmd.Virtio;
using PollIO.Pmd.VhostUser;
using static PollIO.Pmd.VhostUser.VhostUserSpec;

namespace PollIO.Pmd.Tests.VhostUser;

/// <summary>The device's side of one connection: it answers as it should, until it answers with something else.</summary>
internal sealed unsafe class HostileBackEnd(int socket, Random random, int descriptor) : IDisposable
{
    private const ulong Features = VirtioSpec.VIRTIO_F_VERSION_1 | VirtioSpec.VIRTIO_NET_F_MRG_RXBUF | VHOST_USER_F_PROTOCOL_FEATURES;

    private readonly VhostUserChannel _channel = new(socket);
    private bool _hasEnded;

    /// <summary>Answers sent that are not what they should be.</summary>
    internal int Mutations { get; private set; }

    /// <summary>Talks until either side has had enough.</summary>
    internal void Run()
    {
        try
        {
            while (!_hasEnded && WaitUntilReadable())
            {
                while (_channel.TryReceive() is { } request)
                {
                    if (IsAnswered(request))
                    {
                        Answer(request.Request);
                    }
                }
            }
        }
        catch (VhostUserException)
        {
            // Sent away.
        }
    }

    public void Dispose() => _channel.Dispose();

    private static bool IsAnswered(VhostUserMessage request) => request.NeedsReply
        || request.Request is VHOST_USER_GET_FEATURES or VHOST_USER_GET_PROTOCOL_FEATURES or VHOST_USER_GET_QUEUE_NUM or VHOST_USER_GET_VRING_BASE;

    private static ulong Honest(uint request) => request switch
    {
        VHOST_USER_GET_FEATURES => Features,
        VHOST_USER_GET_PROTOCOL_FEATURES => VHOST_USER_PROTOCOL_F_MQ | VHOST_USER_PROTOCOL_F_REPLY_ACK,
        VHOST_USER_GET_QUEUE_NUM => 1,
        _ => 0,
    };

    /// <summary>A moment: a driver that says nothing waits for an answer it can make nothing of.</summary>
    private bool WaitUntilReadable()
    {
        var wanted = new LibcUnix.PollDescriptor { Descriptor = _channel.Descriptor, Events = LibcUnix.PollDescriptor.Readable };
        return LibcUnix.Poll(&wanted, 1, timeoutMilliseconds: 5) == 1;
    }

    private void Answer(uint request)
    {
        Span<byte> payload = stackalloc byte[300];
        random.NextBytes(payload);
        BinaryPrimitives.WriteUInt64LittleEndian(payload, Honest(request));
        switch (random.Next(12))
        {
            case 0:
                Send((uint)random.Next(48), ReplyFlag, payload[..8]);
                break;
            case 1:
                Send(request, (uint)random.Next(16) & ~VersionMask, payload[..8]);
                break;
            case 2:
                Send(request, ReplyFlag, payload[..random.Next(payload.Length)]);
                break;
            case 3:
                Send(request, ReplyFlag, payload[8..16]);
                break;
            case 4:
                Send(request, ReplyFlag, payload[..8], [.. Enumerable.Repeat(descriptor, random.Next(1, 9))]);
                break;
            case 5:
                Send(request, ReplyFlag, payload[..8]);
                Send(request, ReplyFlag, payload[..8]);
                break;
            case 6:
                BinaryPrimitives.WriteUInt64LittleEndian(payload, Honest(request) ^ (1UL << random.Next(64)));
                Send(request, ReplyFlag, payload[..8]);
                break;
            case 7:
                WriteDamaged(request, payload[..20]);
                break;
            default:
                _channel.Send(request, ReplyFlag, payload[..8]);
                break;
        }
    }

    private void Send(uint request, uint flags, ReadOnlySpan<byte> payload, ReadOnlySpan<int> descriptors = default)
    {
        Mutations++;
        _channel.Send(request, flags, payload, descriptors);
    }

    /// <summary>A right message but for a flipped bit, and perhaps without its end.</summary>
    private void WriteDamaged(uint request, Span<byte> message)
    {
        Mutations++;
        BinaryPrimitives.WriteUInt64LittleEndian(message[12..], Honest(request));
        BinaryPrimitives.WriteUInt32LittleEndian(message, request);
        BinaryPrimitives.WriteUInt32LittleEndian(message[4..], ReplyFlag | VhostUserSpec.Version);
        BinaryPrimitives.WriteUInt32LittleEndian(message[8..], sizeof(ulong));
        message[random.Next(message.Length)] ^= (byte)(1 << random.Next(8));
        int length = random.Next(1, message.Length + 1);
        _hasEnded = length != message.Length && random.Next(16) != 0;
        fixed (byte* bytes = message)
        {
            _ = LibcUnix.Write(_channel.Descriptor, bytes, (nuint)length);
        }
    }
}
