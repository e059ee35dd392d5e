using System.Globalization;
using System.Text;

namespace PollIO.Pmd.Hugepages;

/// <summary>A mounted hugetlbfs.</summary>
/// <param name="Path">The mount point.</param>
/// <param name="PageSize">Bytes in a page of its files.</param>
public sealed record HugetlbfsMount(string Path, long PageSize)
{
    /// <summary>The hugetlbfs lines of a file like /proc/mounts, in its order; none when it is not there.</summary>
    /// <param name="path">The file.</param>
    /// <param name="defaultPageSize">Page size of a mount whose options name none.</param>
    internal static List<HugetlbfsMount> ReadAll(string path, long defaultPageSize)
    {
        List<HugetlbfsMount> mounts = [];
        if (!File.Exists(path))
        {
            return mounts;
        }

        foreach (string line in File.ReadLines(path))
        {
            string[] fields = line.Split(' ');
            if (fields.Length >= 4 && fields[2] == "hugetlbfs")
            {
                mounts.Add(new HugetlbfsMount(Unescape(fields[1]), PageSizeOption(fields[3]) ?? defaultPageSize));
            }
        }

        return mounts;
    }

    private static long? PageSizeOption(string options)
    {
        const string Option = "pagesize=";
        string? value = options.Split(',').FirstOrDefault(o => o.StartsWith(Option, StringComparison.Ordinal))?[Option.Length..];
        if (string.IsNullOrEmpty(value))
        {
            return null;
        }

        int shift = char.ToUpperInvariant(value[^1]) switch { 'K' => 10, 'M' => 20, 'G' => 30, _ => 0 };
        ReadOnlySpan<char> digits = shift == 0 ? value : value.AsSpan(0, value.Length - 1);
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number << shift : null;
    }

    /// <summary>The kernel writes blanks and backslashes in a mount point as three octal digits.</summary>
    private static string Unescape(string field)
    {
        if (!field.Contains('\\', StringComparison.Ordinal))
        {
            return field;
        }

        var text = new StringBuilder(field.Length);
        for (int i = 0; i < field.Length; i++)
        {
            if (field[i] == '\\' && i + 3 < field.Length)
            {
                text.Append((char)((field[i + 1] - '0' << 6) | (field[i + 2] - '0' << 3) | (field[i + 3] - '0')));
                i += 3;
            }
            else
            {
                text.Append(field[i]);
            }
        }

        return text.ToString();
    }
}
