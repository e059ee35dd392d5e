using PollIO.Apps.Common;
using PollIO.Apps.Common.CommandLine;
using PollIO.Apps.Tools.Capture;
using PollIO.Apps.Tools.Devbind;
using PollIO.Apps.Tools.Doctor;
using PollIO.Apps.Tools.Hugepages;

namespace PollIO.Apps.Tools;

/// <summary>The operator's tool. Each command is a folder of its own; <see cref="Parse"/> finds the one that is meant.</summary>
internal static class Program
{
    private const string Name = "pollio";

    private const string Help =
        """
        pollio: sets up and looks into PollIO's machine and processes

        usage: pollio COMMAND [options]

          doctor     say what keeps this machine from running well, and what mends it
          devbind    show PCI functions and their drivers, change them, put them back
          hugepages  show, reserve, release and mount hugepages (root's hugepages.sh)
          capture    write the packets of a running application to a file or a pipe

        pollio COMMAND --help says more
        exit code: 0 well, 1 something failed, 2 the command line is wrong
        """;

    internal static string Version => $"{Name} {typeof(Program).Assembly.GetName().Version!.ToString(3)}";

    internal static int Main(string[] args) =>
        AppMain.Run<Command>(Name, (out answer) => Parse(args, out answer), (command, stop) => command(stop));

    private static Command? Parse(string[] arguments, out string answer)
    {
        answer = Help;
        string[] rest = [.. arguments.Skip(1)];
        switch (arguments.Length == 0 ? null : arguments[0])
        {
            case "capture":
                return CaptureOptionParser.Parse(rest, out answer) is { } capture ? stop => CaptureCommand.Run(capture, stop) : null;
            case "doctor":
                return DoctorOptionParser.Parse(rest, out answer) is { } doctor ? _ => DoctorCommand.Run(doctor) : null;
            case "devbind":
                return DevbindOptionParser.Parse(rest, out answer) is { } devbind ? _ => DevbindCommand.Run(devbind) : null;
            case "hugepages":
                return _ => HugepagesCommand.Run(rest);
            case "--help" or "-h":
                return null;
            case "--version":
                answer = Version;
                return null;
            case { } other:
                throw new UsageException($"there is no command '{other}'; --help lists them");
            default:
                throw new UsageException("a command is wanted; --help lists them");
        }
    }

    /// <summary>A command with its options.</summary>
    /// <returns>The exit code.</returns>
    internal delegate int Command(StopSignal stop);
}
