namespace PollIO.Tests;

public sealed class ErrorsNameThingReasonAndRemedy
{
    [Fact]
    public void MessageHoldsDeviceOperationReasonErrnoAndRemedy()
    {
        var error = new PollIOException("open packet socket", "af_packet:eth0", "not permitted", 1, "run as root");

        Assert.Equal("af_packet:eth0: open packet socket: not permitted (Operation not permitted, EPERM); run as root", error.Message);
    }

    [Fact]
    public void UnknownErrnoIsShownAsNumber()
    {
        var error = new PollIOException("open", "x", "failed", 255);

        Assert.Contains("errno 255", error.Message, StringComparison.Ordinal);
    }
}
