using PollIO.Pmd.Tests.Support;

namespace PollIO.Pmd.Tests.VhostUser;

/// <summary>An lcore sleeps on one end of the wire and sends back what comes.</summary>
[Collection(NetworkCollection.Name)]
public sealed class SleepEndsWithAPacket
{
    private const int Rounds = 300;

    /// <summary>One frame at a time, each to an lcore that sleeps or is about to: a wake-up lost would stop it for good.</summary>
    [Theory]
    [InlineData("packed=off", true)]
    [InlineData("packed=on", true)]
    [InlineData("packed=off", false)]
    [InlineData("packed=on", false)]
    public void NoWakeUpIsLost(string keys, bool deviceSleeps)
    {
        using var wire = new VirtioWire(keys);
        (TestPort asleep, TestPort awake) = deviceSleeps ? (wire.Device, wire.Driver) : (wire.Driver, wire.Device);
        using var forwarder = new Forwarder(asleep.Port, asleep.Port, IdleStrategy.Interrupt);
        for (int i = 0; i < Rounds; i++)
        {
            AssertReturns(awake, i);
            Thread.SpinWait(i * 100);
        }

        TimeSpan before = ThreadTime.Of(Forwarder.ThreadName);
        Thread.Sleep(1000);
        TimeSpan used = ThreadTime.Of(Forwarder.ThreadName) - before;
        Assert.True(used < TimeSpan.FromMilliseconds(50), $"the lcore ran {used.TotalMilliseconds:F1} ms of a second");
        AssertReturns(awake, Rounds);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void PeerThatComesLaterIsServed(bool deviceSleeps)
    {
        using var wire = new VirtioWire();
        (TestPort asleep, TestPort awake) = deviceSleeps ? (wire.Device, wire.Driver) : (wire.Driver, wire.Device);
        using var forwarder = new Forwarder(asleep.Port, asleep.Port, IdleStrategy.Interrupt);
        for (int i = 0; i < 10; i++)
        {
            AssertReturns(awake, i);
            awake.Port.Stop();
            Assert.True(SpinWait.SpinUntil(() => !asleep.Port.Link.IsUp, TimeSpan.FromSeconds(20)));
            awake.Port.Start();
            wire.WaitUntilUp();
        }

        AssertReturns(awake, 10);
    }

    private static void AssertReturns(TestPort port, int seed)
    {
        byte[] frame = Frames.Make(100, seed: seed);
        port.Send(port.Make(frame));
        Assert.Equal(frame, port.ReceiveBytes());
    }
}
