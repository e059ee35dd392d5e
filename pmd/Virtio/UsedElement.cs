using System.Runtime.InteropServices;

namespace PollIO.Pmd.Virtio;

/// <summary>struct virtq_used_elem (virtio 1.2 §2.7.8).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct UsedElement
{
    internal const int Size = 8;

    internal uint Id;
    internal uint Length;
}
