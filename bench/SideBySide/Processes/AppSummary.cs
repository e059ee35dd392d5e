using System.Text.Json;

namespace PollIO.SideBySide.Processes;

/// <summary>The JSON summary an application prints as its last line.</summary>
internal sealed class AppSummary
{
    private readonly JsonElement _summary;

    private AppSummary(JsonElement summary) => _summary = summary;

    /// <summary>Managed bytes its lcores allocated while measured.</summary>
    internal long AllocatedBytes => (long)Number("allocatedBytes");

    /// <summary>Its collections while measured.</summary>
    internal int Collections => (int)Number("gcCollections");

    /// <summary>Waits for the summary of a running application.</summary>
    /// <exception cref="PollIOException">It ended without one, or none came in time.</exception>
    internal static async Task<AppSummary> ReadAsync(ChildProcess process, TimeSpan timeout, CancellationToken cancellation) =>
        Parse(await process.ReadUntilAsync(line => line.StartsWith('{'), timeout, cancellation));

    /// <exception cref="PollIOException">The line is no JSON object.</exception>
    internal static AppSummary Parse(string line)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            return new AppSummary(document.RootElement.Clone());
        }
        catch (JsonException e)
        {
            throw new PollIOException("read summary", "application", $"'{line}': {e.Message}", innerException: e);
        }
    }

    /// <summary>One of its numbers.</summary>
    /// <exception cref="PollIOException">It has no such number.</exception>
    internal double Number(string name) =>
        _summary.ValueKind == JsonValueKind.Object && _summary.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number
            ? value.GetDouble()
            : throw new PollIOException("read summary", "application", $"it has no number '{name}'");
}
