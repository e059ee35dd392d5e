using System.Runtime.InteropServices;
using PollIO.Pmd.Interop;
using PollIO.Pmd.Virtio;

namespace PollIO.Pmd.VhostUser;

/// <summary>Notifies through an eventfd: one of our own, or one a peer has sent.</summary>
internal sealed unsafe class EventNotifier : QueueNotifier
{
    private readonly int _descriptor;

    /// <param name="descriptor">The eventfd, or -1 to notify nobody. It stays the caller's.</param>
    internal EventNotifier(int descriptor) => _descriptor = descriptor;

    /// <summary>Notifications sent; written by the polling lcore only.</summary>
    internal long Count { get; private set; }

    internal override void Notify()
    {
        if (_descriptor >= 0)
        {
            Count++;
            if (!KernelSignal.TryAdd(_descriptor))
            {
                AddUnlessFull(_descriptor);
            }
        }
    }

    /// <summary>
    /// Adds one where <see cref="KernelSignal"/> cannot. A peer that does not listen has let it run full, and may have made it one that
    /// blocks: it has been told often enough. One that fills it up right between these two calls does hold up the caller.
    /// </summary>
    internal static void AddUnlessFull(int descriptor)
    {
        var wanted = new LibcUnix.PollDescriptor { Descriptor = descriptor, Events = LibcUnix.PollDescriptor.Writable };
        if (LibcUnix.Poll(&wanted, 1, timeoutMilliseconds: 0) == 1)
        {
            ulong one = 1;
            _ = LibcUnix.Write(descriptor, &one, sizeof(ulong));
        }
    }

    /// <summary>
    /// Makes sure that a descriptor from a peer is an eventfd, no file of such a name, and does not block for as long as the peer
    /// leaves it so: a polling core notifies through it.
    /// </summary>
    /// <exception cref="VhostUserException">It is something else.</exception>
    internal static void Check(int descriptor)
    {
        string? target = new FileInfo($"/proc/self/fd/{descriptor}").LinkTarget;
        int flags = LibcUnix.FileControl(descriptor, LibcUnix.F_GETFL, 0);
        if (target != "anon_inode:[eventfd]"
            || flags < 0
            || LibcUnix.FileControl(descriptor, LibcUnix.F_SETFL, flags | LibcUnix.O_NONBLOCK) != 0)
        {
            throw new VhostUserException($"a descriptor for notifications is no eventfd ({Marshal.GetLastPInvokeError()})");
        }
    }
}
