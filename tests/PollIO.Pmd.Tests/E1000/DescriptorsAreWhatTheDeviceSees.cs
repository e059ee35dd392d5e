using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PollIO.Pmd.E1000;
using static PollIO.Pmd.E1000.E1000DescriptorFields;

namespace PollIO.Pmd.Tests.E1000;

public sealed class DescriptorsAreWhatTheDeviceSees
{
    [Fact]
    public void LayoutIsTheDatasheets()
    {
        Assert.Equal(16, Unsafe.SizeOf<E1000Descriptor>());
        Assert.Equal(0, (int)Marshal.OffsetOf<E1000Descriptor>(nameof(E1000Descriptor.Address)));
        Assert.Equal(8, (int)Marshal.OffsetOf<E1000Descriptor>(nameof(E1000Descriptor.Command)));
    }

    /// <summary>One frame of 0x5ea bytes, done, whole, tag 0x6123 taken out, both checksums looked at and TCP's wrong.</summary>
    [Fact]
    public void BothReceiveFormatsSayTheSame()
    {
        const uint wanted = RXD_STAT_DD | RXD_STAT_EOP | RXD_STAT_VP | RXD_STAT_TCPCS | RXD_STAT_IPCS | RXD_ERR_TCPE;
        const ulong legacy = 0x6123_20_6B_ABCD_05EA, extended = 0x6123_05EA_2000_006B;

        Assert.Equal((wanted, 0x5ea), (LegacyRxFormat.StatusOf(legacy), LegacyRxFormat.LengthOf(legacy)));
        Assert.Equal((wanted, 0x5ea), (ExtendedRxFormat.StatusOf(extended), ExtendedRxFormat.LengthOf(extended)));
        Assert.Equal((0x6123UL, 0x6123UL), (legacy >> VLAN_SHIFT, extended >> VLAN_SHIFT));
    }
}
