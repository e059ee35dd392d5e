using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using PollIO.Apps.Common;
using PollIO.Apps.Common.Reporting;
using PollIO.Pipelines;
using PollIO.Pmd;
using PollIO.Pmd.Hugepages;
using PollIO.Wire;

namespace PollIO.Apps.Echo;

/// <summary>Serves UDP echo (RFC 862) on a port, for every address, and answers ARP, neighbour solicitations and pings so that it is found.</summary>
internal static class Program
{
    private const string Name = "echo";

    internal static int Main(string[] args) => AppMain.Run<Options>(Name, (out answer) => Options.Parse(args, out answer), Run);

    private static int Run(Options options, StopSignal stop)
    {
        using JsonTarget? json = JsonTarget.Open(options.Json);
        TextWriter text = options.Json == "-" ? Console.Error : Console.Out;

        // Threads that start from here on leave the polling core alone.
        bool alone = CpuSet.ReserveForLCores([options.Cpu]).Count != 0;
        Port opened = PortFactory.Open(options.Port);
        HugepageAllocator.UseFor([opened]);
        using var pool = new PacketPool(new PacketPoolOptions { Name = Name });
        using Port port = opened;
        port.Configure(new PortConfig { Pool = pool, Promiscuous = port.Capabilities.Promiscuous, RxOffloads = port.Capabilities.RxOffloads & RxOffloads.Scatter });
        port.Start();
        using PacketPipe pipe = port.AsDuplexPipe(new PacketPipeOptions
        {
            LCore = new LCoreOptions { Cpu = options.Cpu, Name = Name, Idle = alone ? IdleStrategy.Spin : IdleStrategy.Yield },
        });
        text.WriteLine($"echo: serving UDP port {options.UdpPort} on {port.Name}, polling on CPU {options.Cpu}");

        Task serving = ServeAsync(pipe.Input, pipe.Output, port.MacAddress, options.UdpPort);
        _ = serving.ContinueWith(_ => stop.Raise(), TaskScheduler.Default);
        stop.Wait();
        pipe.Input.CancelPendingRead();
        serving.GetAwaiter().GetResult();
        pipe.Output.Complete();
        pipe.Stop();
        PacketPipeStatistics moved = pipe.Statistics;
        json?.Write(Encoding.UTF8.GetBytes($$"""{"received":{{moved.Received}},"answered":{{moved.Written}},"dropped":{{moved.Dropped}}}""" + "\n"));
        text.WriteLine($"echo: {moved.Received} packets received, {moved.Written} answered");
        return AppMain.Well;
    }

    private static async Task ServeAsync(PacketPipeReader input, PacketPipeWriter output, MacAddress address, ushort udpPort)
    {
        for (ReadResult read = default; !read.IsCanceled && !read.IsCompleted;)
        {
            read = await input.ReadAsync();
            ReadOnlySequence<byte> rest = read.Buffer;
            for (int answers = 1; input.TryReadPacket(ref rest, out PacketView packet); answers++)
            {
                // A received packet becomes its own answer: nothing is copied, nothing allocated.
                Packet answer = input.Detach(packet);
                if (!UdpEcho.TryAnswer(answer, address, udpPort) && !EchoResponder.TryAnswer(answer, address))
                {
                    answer.Free();
                    continue;
                }

                output.Write(answer);
                if (answers % output.PacketsPerFlush == 0)
                {
                    await output.FlushAsync();
                }
            }

            await output.FlushAsync();
            input.AdvanceTo(read.Buffer.End);
        }
    }
}
