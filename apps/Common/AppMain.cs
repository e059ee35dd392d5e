using PollIO.Apps.Common.CommandLine;
using PollIO.Apps.Common.Reporting;

namespace PollIO.Apps.Common;

/// <summary>What every app's Main does around its run: exit codes, and errors as one line.</summary>
internal static class AppMain
{
    internal const int Well = 0;
    internal const int Failed = 1;
    internal const int WrongUsage = 2;

    /// <summary>Parses and runs, and turns what is thrown into a line on standard error and an exit code.</summary>
    /// <param name="app">The app's name.</param>
    /// <param name="parse">Reads the command line.</param>
    /// <param name="run">Does the work and returns the exit code.</param>
    internal static int Run<TOptions>(string app, Parser<TOptions> parse, Func<TOptions, StopSignal, int> run)
        where TOptions : class
    {
        // First of all: from here on a signal ends the run, not the process.
        using var stop = new StopSignal();
        using var warnings = new WarningListener(reason => Complain(app, "warning: " + reason));
        try
        {
            if (parse(out string answer) is { } options)
            {
                return run(options, stop);
            }

            Console.WriteLine(answer);
            return Well;
        }
        catch (UsageException e)
        {
            Complain(app, e.Message);
            return WrongUsage;
        }
        catch (PollIOException e)
        {
            Complain(app, e.Message);
            return Failed;
        }
    }

    /// <summary>The exit code of a run that has ended; a fault is told.</summary>
    internal static int End(string app, string? fault)
    {
        if (fault is null)
        {
            return Well;
        }

        Complain(app, fault);
        return Failed;
    }

    /// <summary>Reads a command line.</summary>
    /// <param name="answer">What to print instead of running: help or version.</param>
    /// <returns>The options, or null when there is an answer.</returns>
    internal delegate TOptions? Parser<TOptions>(out string answer)
        where TOptions : class;

    private static void Complain(string app, string message)
    {
        using var screen = new Screen(onStandardError: true);
        screen.Begin().Text(app).Text(": "u8).Text(message.ReplaceLineEndings(" ")).Text("\n"u8);
        screen.Flush();
    }
}
