namespace PollIO.Hosting;

/// <summary>One port of the configuration: <c>"lan": { "Spec": "af_packet:eth1", "Cpu": 1 }</c>.</summary>
public sealed class PortSettings
{
    /// <summary>The port spec.</summary>
    public string Spec { get; set; } = "";

    /// <summary>Name of its pool.</summary>
    public string Pool { get; set; } = "default";

    /// <summary>CPU of the lcore that polls it; ports of one CPU share an lcore. Without it, the first but one CPU the process may use.</summary>
    public int? Cpu { get; set; }

    /// <summary>What the lcore does when there is nothing to do; that of its first port counts.</summary>
    public IdleStrategy Idle { get; set; } = IdleStrategy.Spin;

    /// <summary>RX and TX queues.</summary>
    public int Queues { get; set; } = 1;

    /// <summary>Whether to receive frames for every address.</summary>
    public bool Promiscuous { get; set; }

    /// <summary>The shape of its pipe.</summary>
    public PipeSettings Pipe { get; set; } = new();
}
