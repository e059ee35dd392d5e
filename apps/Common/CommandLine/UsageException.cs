namespace PollIO.Apps.Common.CommandLine;

/// <summary>The command line makes no sense; the message is one line, and the exit code 2.</summary>
internal sealed class UsageException(string message) : Exception(message);
