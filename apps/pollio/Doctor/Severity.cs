namespace PollIO.Apps.Tools.Doctor;

/// <summary>What a finding means for PollIO.</summary>
internal enum Severity
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>Works, and costs something.</summary>
    Warning,

    /// <summary>Does not work.</summary>
    Problem,
}
