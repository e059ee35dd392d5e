namespace PollIO.Tests.Support;

/// <summary>What a program left behind.</summary>
internal sealed record ToolResult(int ExitCode, string Output, string Error);
