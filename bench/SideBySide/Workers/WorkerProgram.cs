using PollIO.SideBySide.CommandLine;
using PollIO.SideBySide.Workers.Pipelines;

namespace PollIO.SideBySide.Workers;

/// <summary>What runs in a process of its own: <c>sidebyside worker NAME options</c>.</summary>
internal static class WorkerProgram
{
    /// <summary>Runs one worker to its end.</summary>
    /// <returns>The exit code.</returns>
    internal static int Run(ReadOnlySpan<string> args)
    {
        string name = args.IsEmpty ? "" : args[0];
        var arguments = new Arguments(args.IsEmpty ? args : args[1..]);
        switch (name)
        {
            case "forward":
                ForwardWorker.Run(arguments);
                return 0;
            case "circulate":
                CirculateWorker.Run(arguments);
                return 0;
            case "nic":
                NicWorker.Run(arguments);
                return 0;
            case "lab":
                LabWorker.Run(arguments);
                return 0;
            case "flood":
                FloodWorker.Run(arguments);
                return 0;
            case "wire":
                WireWorker.Run(arguments);
                return 0;
            case "ring":
                RingWorker.Run(arguments);
                return 0;
            case "ring-one-core":
                RingOneCoreWorker.Run(arguments);
                return 0;
            case "pool":
                PoolWorker.Run(arguments);
                return 0;
            case "pipelines":
                PipelinesWorker.Run(arguments);
                return 0;
            case "first-packet":
                FirstPacketWorker.Run(arguments);
                return 0;
            default:
                throw new UsageException($"there is no worker '{name}': forward, circulate, nic, lab, flood, wire, ring, ring-one-core, pool, pipelines, first-packet");
        }
    }
}
