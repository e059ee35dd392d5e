using PollIO;
using PollIO.SideBySide;
using PollIO.SideBySide.CommandLine;
using PollIO.SideBySide.Workers;

try
{
    switch (args)
    {
        case ["--help"]:
            Console.WriteLine(RunnerOptions.Help);
            return 0;
        case ["--version"]:
            Console.WriteLine(typeof(RunnerOptions).Assembly.GetName().Version!.ToString(3));
            return 0;
        case ["worker", .. string[] rest]:
            return WorkerProgram.Run(rest);
        default:
            return await Runner.RunAsync(RunnerOptions.Parse(args));
    }
}
catch (UsageException e)
{
    Console.Error.WriteLine($"sidebyside: {e.Message}; see --help");
    return 2;
}
catch (PollIOException e)
{
    Console.Error.WriteLine($"sidebyside: {e.Message}");
    return 1;
}
