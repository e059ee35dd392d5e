namespace PollIO.Apps.Tools.Doctor;

/// <summary>One thing the doctor looked at.</summary>
/// <param name="Severity">How it is.</param>
/// <param name="Subject">What was looked at.</param>
/// <param name="Text">What was found, and what it costs.</param>
/// <param name="Remedy">The command that mends it, or null.</param>
internal sealed record Finding(Severity Severity, string Subject, string Text, string? Remedy = null)
{
    internal static Finding Ok(string subject, string text) => new(Severity.Ok, subject, text);

    internal static Finding Warning(string subject, string text, string? remedy = null) => new(Severity.Warning, subject, text, remedy);

    internal static Finding Problem(string subject, string text, string? remedy = null) => new(Severity.Problem, subject, text, remedy);

    /// <summary>A problem when the port asked for needs the thing, else a warning.</summary>
    internal static Finding Bad(bool needed, string subject, string text, string? remedy = null) =>
        new(needed ? Severity.Problem : Severity.Warning, subject, text, remedy);
}
