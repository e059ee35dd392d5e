using PollIO.Pmd.Pci;

namespace PollIO.Pmd.Tests.Pci;

public sealed class AddressesAreText
{
    [Theory]
    [InlineData("0000:03:00.0", "0000:03:00.0")]
    [InlineData("03:1f.7", "0000:03:1f.7")]
    [InlineData("ABCD:fe:01.2", "abcd:fe:01.2")]
    public void WhatSysfsAndUsersWriteIsRead(string text, string canonical)
    {
        Assert.True(PciAddress.TryParse(text, out PciAddress address));
        Assert.Equal(canonical, address.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("03")]
    [InlineData("03:00")]
    [InlineData("03.0")]
    [InlineData("0000:03:20.0")]
    [InlineData("0000:03:00.8")]
    [InlineData("0000:03:00.")]
    [InlineData("10000:03:00.0")]
    [InlineData("0000:103:00.0")]
    [InlineData(":03:00.0")]
    [InlineData("0:0000:03:00.0")]
    [InlineData("0000:03.00:0")]
    [InlineData("0000:0g:00.0")]
    [InlineData("0000: 3:00.0")]
    public void OtherTextIsRefused(string text) => Assert.False(PciAddress.TryParse(text, out _));
}
